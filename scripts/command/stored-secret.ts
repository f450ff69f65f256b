import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { ClientConfig } from "./bridge.ts";
import { explainAwsError } from "./explain-aws-error.ts";

export const secretNameOf = (stage: string): string => `bot-bridge-${stage}-apps`;

const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.name === "ResourceNotFoundException";

/** The value of a stage's secret, as Secrets Manager has it. Its errors name the secret, and no value. */
export const makeStoredSecret = (stage: string, aws: ClientConfig = {}) => {
  const SecretId = secretNameOf(stage);
  const call = async <T>(send: (client: SecretsManagerClient) => Promise<T>): Promise<T | undefined> => {
    const client = new SecretsManagerClient(aws);
    try {
      return await send(client);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw new Error(`the secret ${SecretId}: ${explainAwsError(error)}`, { cause: error });
    } finally {
      client.destroy();
    }
  };
  return {
    /** Undefined if there is no such secret, or none with a value. */
    read: async (): Promise<string | undefined> =>
      (await call((client) => client.send(new GetSecretValueCommand({ SecretId }))))?.SecretString,
    write: async (SecretString: string): Promise<void> => {
      const written = await call((client) =>
        client.send(new PutSecretValueCommand({ SecretId, SecretString })),
      );
      if (!written) throw new Error(`the secret ${SecretId} does not exist`);
    },
  };
};
