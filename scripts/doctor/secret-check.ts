import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { ClientConfig } from "../command/bridge.ts";
import { checkSecret, invalidForConsole, isGenerated } from "../command/check-secret.ts";
import { makeStoredSecret, secretNameOf } from "../command/stored-secret.ts";
import { ok, problem } from "./check.ts";
import { findPlaceholders } from "./placeholders.ts";
import type { Looked } from "./report.ts";

export interface SecretToCheck {
  readonly stage: string;
  /** The App Keys that the setting `apps` names. */
  readonly expected: readonly string[];
  /** Whether the stage has a console. */
  readonly console: boolean;
}

/** Checks that the functions can use the secret's value. Finds nothing if they cannot. */
export const checkStoredSecret = async (
  { stage, expected, console: hasConsole }: SecretToCheck,
  aws: ClientConfig,
): Promise<Looked<readonly AppWithKeys[]>> => {
  const name = secretNameOf(stage);
  const fill = `npm run deploy -- --stage ${stage} adds what is missing`;
  const unusable = (text: string, toDo: string) => ({
    findings: problem(`${name} ${text}`, toDo),
    found: undefined,
  });

  const value = await makeStoredSecret(stage, aws).read();
  if (value === undefined) return unusable("does not exist", fill);
  if (isGenerated(value))
    return unusable("has only the value that CloudFormation generated: functions do not start", fill);
  const checked = checkSecret(value);
  if ("invalid" in checked)
    return unusable(
      `is not valid (${checked.invalid}): functions do not start`,
      "correct it (docs/configuration.md#the-secret)",
    );
  const found = Object.entries(checked.apps).map(([appKey, keys]) => ({ appKey, ...keys }));
  if (found.length === 0) return unusable("has no apps: every call gets 401", fill);

  const missing = expected.filter((appKey) => !Object.hasOwn(checked.apps, appKey));
  const unusableForConsole = hasConsole ? invalidForConsole(value) : undefined;
  const problems = [
    ...missing.map((appKey) =>
      problem(`${name} lacks ${appKey}, which the setting apps names: functions do not start`, fill),
    ),
    ...(unusableForConsole === undefined
      ? []
      : [
          problem(
            `${name} has no valid ${unusableForConsole}: nobody can sign in to the console`,
            `${fill}; correct what is there (docs/configuration.md#the-secret)`,
          ),
        ]),
    ...found.flatMap(findPlaceholders).map(({ text, toDo }) => problem(text, toDo)),
  ];
  const appKeys = found.map(({ appKey }) => appKey).join(", ");
  return { findings: problems.length > 0 ? problems : ok(`${name} has ${appKeys}`), found };
};
