const noCredentials =
  "no AWS credentials: set AWS_PROFILE to a profile (aws configure, aws sso login), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

const rejected: ReadonlySet<string> = new Set([
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "SignatureDoesNotMatch",
  "InvalidSignatureException",
]);

const denied = /AccessDenied|UnauthorizedOperation/;

export const isAccessDenied = (error: unknown): boolean => error instanceof Error && denied.test(error.name);

/** Says in one line what an error of an AWS client means, and for credentials and the region what to do. */
export const explainAwsError = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  if (/region is missing/i.test(message)) return "no AWS region: set AWS_REGION, or a region in the profile";
  if (/Expired/.test(name) || /\bexpired\b/.test(message))
    return "the AWS credentials have expired: sign in again, such as with aws sso login";
  if (name === "CredentialsProviderError")
    return /could not load credentials/i.test(message) ? noCredentials : `no AWS credentials: ${message}`;
  if (rejected.has(name)) return `AWS rejects the credentials (${name}): check the key and its secret`;
  if (name === "TimeoutError" || name === "AbortError") return "AWS did not answer in time";
  // The reason is in one of the errors of a failed connection.
  return message || (error instanceof AggregateError && error.errors.map(String).join("; ")) || name;
};
