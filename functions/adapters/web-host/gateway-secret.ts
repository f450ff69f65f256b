import { timingSafeEqual } from "node:crypto";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientDefaults } from "#adapters/aws/client-defaults.ts";
import { BridgeError } from "#core/shared/errors.ts";

/** The header in which API Gateway sends the secret (lib/constructs/bridge-web-function.ts). */
export const gatewayHeader = "x-bot-bridge-gateway";

export interface GatewaySecretPorts {
  readonly secretId: string;
  readonly client?: Pick<SecretsManagerClient, "send">;
}

/**
 * Reads the secret that API Gateway and this server share. The address of a Web Function is public: without the secret,
 * requests could avoid the gateway's firewall and rates.
 */
export const readGatewaySecret = async ({
  secretId,
  client = new SecretsManagerClient(clientDefaults),
}: GatewaySecretPorts): Promise<string> => {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
  if (SecretString) return SecretString;
  throw new BridgeError("internal", `the secret ${secretId} has no value`);
};

/** Compares in constant time. */
export const isSecret = (sent: string | undefined, secret: string): boolean => {
  const [given, expected] = [Buffer.from(sent ?? ""), Buffer.from(secret)];
  return given.length === expected.length && timingSafeEqual(given, expected);
};
