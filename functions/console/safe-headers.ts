import type { ConsoleAddresses } from "./console-request.ts";

const oneYearSeconds = 365 * 24 * 60 * 60;

/**
 * Security headers of every response: the page runs only its own script, calls only its own server and the bridge, and is shown in
 * no frame, whatever a bot sends. Pictures and sounds of answers may come from any host. `insecureMedia`: over http too, for a local
 * run, whose models are on this machine.
 */
export const safeHeaders = (
  { consoleUrl, bridgeUrl }: ConsoleAddresses,
  insecureMedia: boolean,
): Record<string, string> => {
  const media = `'self' https:${insecureMedia ? " http:" : ""} data: blob:`;
  return {
    "content-security-policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "font-src 'self'",
      `img-src ${media}`,
      `media-src ${media}`,
      `connect-src 'self' ${new URL(bridgeUrl).origin}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join("; "),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    ...(consoleUrl.startsWith("https:") && {
      "strict-transport-security": `max-age=${oneYearSeconds}`,
    }),
  };
};
