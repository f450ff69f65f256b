/** The backup of each data centre is told from its primary by two letters (docs/spec/rongcloud.md, section 10). */
const primaryHost = /^api(\.(?:rong-api|(?:sg|sg-b|us|sau)-light-api)\.com)$/;
const backupHost = /^api-b(\.(?:rong-api|(?:sg|sg-b|us|sau)-light-api)\.com)$/;

/** Where calls may go, the preferred first: RongCloud's hosts come in twos, any other stands alone. */
export const rongcloudUrls = (apiUrl: string): readonly [string, ...string[]] => {
  const url = new URL(apiUrl);
  const other = primaryHost.test(url.hostname)
    ? url.hostname.replace(primaryHost, "api-b$1")
    : url.hostname.replace(backupHost, "api$1");
  if (other === url.hostname) return [apiUrl];
  url.hostname = other;
  return [apiUrl, url.href];
};
