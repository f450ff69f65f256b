import { REGION } from "./template/account.ts";

/** How an SDK client here reaches a local service: any credentials do. */
export const localClient = (endpoint: string) => ({
  endpoint,
  region: REGION,
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
});
