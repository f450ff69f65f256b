import * as v from "valibot";
import { secretValue } from "#adapters/secrets/app-secrets.ts";

export type SecretApps = v.InferOutput<typeof secretValue>["apps"];

/** The apps in the secret's value, or the fields that the functions would refuse. */
export type CheckedSecret = { readonly apps: SecretApps } | { readonly invalid: string };

/** Checks the value as the functions do. Its messages would quote the value, so only the fields are named. */
export const checkSecret = (value: string): CheckedSecret => {
  const parsed = v.safeParse(secretValue, value);
  if (parsed.success) return { apps: parsed.output.apps };
  const fields = parsed.issues.map((issue) => v.getDotPath(issue) ?? "not a JSON object");
  return { invalid: [...new Set(fields)].join(", ") };
};

/** Secrets Manager's default for a generated value, which the data stack uses. */
const generatedCharacters = 32;

/** Whether it is the random value with which CloudFormation creates the secret. An App Secret with its keys is longer. */
export const isGenerated = (value: string): boolean =>
  value.length === generatedCharacters && !v.is(v.pipe(v.string(), v.parseJson()), value);
