import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * Stands in the bundles for the SDK's own chain of credentials (lib/constructs/bundle.ts). Lambda gives a function its
 * credentials in its environment, where that chain looks first; the rest of it asks files, SSO, STS and the instance's
 * metadata, and is a fifth of a bundle.
 */
export const defaultProvider = fromEnv;
