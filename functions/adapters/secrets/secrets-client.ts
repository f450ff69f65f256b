import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** Made once for each runtime process: its connections are kept. */
export const makeSecretsClient = (): SecretsManagerClient =>
  new SecretsManagerClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 },
  });
