// RongCloud's guide uses these hosts. In a local run functions reach simulators by them; other processes do not.

/** The host of the guide's Dify. */
export const guideDifyHost = "api.dify.ai";

/** The host of the guide's webhooks. */
export const guideAppServerHost = "yourserver.com";
