import * as v from "valibot";
import { secretValue } from "#adapters/secrets/app-secrets.ts";
import { consoleSecretValue } from "#adapters/secrets/console-secret.ts";

export type SecretApps = v.InferOutput<typeof secretValue>["apps"];

/** The apps in the secret's value, or the fields that the functions would refuse. */
export type CheckedSecret = { readonly apps: SecretApps } | { readonly invalid: string };

/** Messages of issues would quote the value, so only the fields are named. */
const fieldsOf = (issues: readonly v.BaseIssue<unknown>[]): string => {
  const fields = issues.map((issue) => v.getDotPath(issue) ?? "not a JSON object");
  return [...new Set(fields)].join(", ");
};

/** Checks the value as the functions do. */
export const checkSecret = (value: string): CheckedSecret => {
  const parsed = v.safeParse(secretValue, value);
  return parsed.success ? { apps: parsed.output.apps } : { invalid: fieldsOf(parsed.issues) };
};

/** The fields of the console's part that its function would refuse or miss; undefined if there are none. */
export const invalidForConsole = (value: string): string | undefined => {
  const parsed = v.safeParse(consoleSecretValue, value);
  if (!parsed.success) return fieldsOf(parsed.issues);
  return parsed.output.console ? undefined : "console.sessionKeys";
};

/** Secrets Manager's default for a generated value, which the data stack uses. */
const generatedCharacters = 32;

/** Whether it is the random value with which CloudFormation creates the secret. An App Secret with its keys is longer. */
export const isGenerated = (value: string): boolean =>
  value.length === generatedCharacters && !v.is(v.pipe(v.string(), v.parseJson()), value);
