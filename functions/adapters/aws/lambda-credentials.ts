import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * Replaces the SDK's default credential provider chain in the bundles (lib/constructs/bundle.ts). Lambda provides credentials
 * in environment variables, which that chain reads first. The rest of it (files, SSO, STS, instance metadata) would take up a
 * fifth of each bundle.
 * The variables do not change while a process runs, so they are read once.
 */
export const defaultProvider = (options?: Parameters<typeof fromEnv>[0]): ReturnType<typeof fromEnv> => {
  const read = fromEnv(options);
  let credentials: ReturnType<typeof read> | undefined;
  return () => {
    credentials ??= read();
    return credentials;
  };
};
