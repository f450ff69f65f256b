import type { Config } from "../config.ts";

/** For functions that call addresses from requests or settings. */
export const callbackUrlsEnvironment = ({ allowPrivateCallbacks }: Config) => ({
  ALLOW_PRIVATE_CALLBACKS: allowPrivateCallbacks ? "1" : "0",
});

/** For functions that call RongCloud's API. */
export const rongcloudEnvironment = ({ rongcloudApiUrl, passThrough }: Config) => ({
  RONGCLOUD_API_URL: rongcloudApiUrl,
  PASS_THROUGH: passThrough ? "1" : "0",
});
