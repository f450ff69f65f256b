import { SettingsError } from "../settings.ts";

const services = { DYNAMODB_ENDPOINT: "DynamoDB", SQS_ENDPOINT: "SQS" } as const;

/** Errors of AWS's SDK may have several lines, and a name that says more than the message. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const [line = ""] = error.message.split("\n");
  return error.name === "Error" ? line : `${error.name}: ${line}`;
};

/** The error for a server of a setting that responds but cannot be used. */
export const unusableServer = (
  variable: keyof typeof services,
  endpoint: string,
  error: unknown,
): SettingsError => {
  // The SDK could not parse the response.
  const reason =
    error instanceof SyntaxError ? `its response is not that of ${services[variable]}` : reasonOf(error);
  return new SettingsError(`${variable}: the server at ${endpoint} cannot be used: ${reason}`, {
    cause: error,
  });
};
