import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientDefaults } from "#adapters/aws/client-defaults.ts";

/** Made once for each runtime process: its connections are kept. */
export const makeSecretsClient = (): SecretsManagerClient => new SecretsManagerClient(clientDefaults);
