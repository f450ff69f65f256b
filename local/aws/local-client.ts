import { REGION } from "./template/account.ts";

/** SDK client configuration for a local service, which accepts any credentials. */
export const localClient = (endpoint: string) => ({
  endpoint,
  region: REGION,
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
});
