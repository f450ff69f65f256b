import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * Replaces the SDK's default credential provider chain in the bundles (lib/constructs/bundle.ts). Lambda provides credentials
 * in environment variables, which that chain reads first. The rest of it (files, SSO, STS, instance metadata) would take up a
 * fifth of each bundle.
 */
export const defaultProvider = fromEnv;
