import type { Config } from "./config.ts";
import type { DataStack } from "./data-stack.ts";

/** Environment variables for the secret of the apps: its ARN, and the App Keys that it must contain. */
export const secretEnvironment = ({ appSecrets }: DataStack, { apps }: Config) => ({
  SECRET_ID: appSecrets.secretArn,
  APPS: apps.join(","),
});
