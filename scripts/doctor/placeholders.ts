import type { AppWithKeys, NamedKey } from "#adapters/secrets/app-secrets.ts";
import { localApp } from "../../local/secret-value.ts";
import { readSettings } from "../../local/settings.ts";

/** Values of an example or of a local run, which anybody can know. */
export interface Placeholder {
  /** Without the value itself. */
  readonly text: string;
  readonly toDo: string;
}

const localSecret = readSettings({}).appSecret;

/** As docs/configuration.md writes it. */
const isExample = (secret: string): boolean => /^(<.*>|app-secret(-\d+)?|….*)$/u.test(secret);

/** Such as 32 zero bytes. */
const isUniform = ({ key }: NamedKey): boolean => key.every((byte) => byte === key[0]);

/** Finds secrets and keys that nobody has generated for this deployment. */
export const findPlaceholders = ({ appKey, secrets, dataKeys, tokenKeys }: AppWithKeys): Placeholder[] => {
  const local = localApp(appKey, localSecret);
  const isIn = (keys: readonly NamedKey[], given: NamedKey): boolean =>
    keys.some(({ key }) => given.key.equals(key));
  const isKnown = (given: NamedKey): boolean =>
    isUniform(given) || isIn([...local.dataKeys, ...local.tokenKeys], given);

  const describe = (field: string, keys: readonly NamedKey[], toDo: string): Placeholder[] =>
    keys.filter(isKnown).map(({ id }) => ({ text: `${appKey}: ${field} ${id} is not a random key`, toDo }));

  return [
    ...(secrets.some((secret) => secret === localSecret || isExample(secret))
      ? [
          {
            text: `${appKey}: an App Secret is a placeholder`,
            toDo: "copy it from RongCloud's console (docs/configuration.md#the-secret)",
          },
        ]
      : []),
    ...describe("data key", dataKeys, "replace it (docs/deploy.md#change-a-data-key)"),
    ...describe("token key", tokenKeys, "replace it (docs/deploy.md#change-a-token-key)"),
    ...tokenKeys
      .filter((key) => isIn(dataKeys, key))
      .map(({ id }) => ({
        text: `${appKey}: token key ${id} is a data key as well`,
        toDo: "replace it (docs/deploy.md#change-a-token-key)",
      })),
  ];
};
