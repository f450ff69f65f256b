import type { Config } from "./config.ts";
import type { DataStack } from "./data-stack.ts";

/** By which a function finds the apps' secrets, and knows which apps must be among them. */
export const secretEnvironment = ({ appSecrets }: DataStack, { apps }: Config) => ({
  SECRET_ID: appSecrets.secretArn,
  APPS: apps.join(","),
});
