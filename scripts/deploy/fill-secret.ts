import * as v from "valibot";
import { checkSecret, isGenerated, type SecretApps } from "../command/check-secret.ts";

export interface GivenApp {
  readonly appKey: string;
  readonly appSecret: string;
}

export interface SecretNeeds {
  readonly app: GivenApp | undefined;
  /** Whether the stage has the console, which needs keys for its sessions. */
  readonly console: boolean;
}

export interface FilledSecret {
  /** The value to store. */
  readonly value: string;
  /** What was added, without any key; empty: nothing, and the value is the stored one. */
  readonly added: readonly string[];
  readonly apps: SecretApps;
}

export interface FillPorts {
  /** A new random key, in Base64. */
  readonly newKey: () => string;
  /** A name that no other key has. */
  readonly newKeyId: () => string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Only what is needed to add something: all other fields are kept as they are. */
const storedSecret = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({
    apps: v.optional(v.record(v.string(), v.record(v.string(), v.unknown())), {}),
    console: v.optional(v.record(v.string(), v.unknown()), {}),
  }),
);

const isMissing = (field: unknown): boolean =>
  field === undefined || (Array.isArray(field) && field.length === 0);

const invalid = (fields: string): Error =>
  new Error(
    `the secret has a value that is not valid, and was not changed (${fields}): correct it, see docs/configuration.md#the-secret`,
  );

const parseStored = (value: string): v.InferOutput<typeof storedSecret> => {
  if (value === "" || isGenerated(value)) return { apps: {}, console: {} };
  const parsed = v.safeParse(storedSecret, value);
  if (parsed.success) return parsed.output;
  throw invalid(v.getDotPath(parsed.issues[0]) ?? "not a JSON object");
};

/** @throws the error of `fillSecret`. */
export const hasApps = (stored: string): boolean => Object.keys(parseStored(stored).apps).length > 0;

/**
 * Adds the app, if it is not in the secret's value, keys to apps that have none, and keys of the console. What is there stays.
 * @throws Error that names the fields, if the value would be refused by the functions.
 */
export const fillSecret = (
  stored: string,
  { app: given, console: needsConsole }: SecretNeeds,
  { newKey, newKeyId }: FillPorts,
): FilledSecret => {
  const { apps, console: storedConsole, ...others } = parseStored(stored);
  const added: string[] = [];
  const newKeys = () => [{ id: newKeyId(), key: newKey() }];

  const complete = (appKey: string, app: Fields): Fields => {
    const isGiven = appKey === given?.appKey;
    const missing = ["dataKeys", "tokenKeys"].filter((field) => isMissing(app[field]));
    const needsSecret = isGiven && isMissing(app.secrets);
    if (needsSecret) added.push(`App Secret of ${appKey}`);
    if (missing.length > 0) added.push(`${missing.join(" and ")} of ${appKey}`);
    return {
      ...app,
      ...(needsSecret && { secrets: [given.appSecret] }),
      ...Object.fromEntries(missing.map((field) => [field, newKeys()])),
    };
  };

  const wanted: Readonly<Record<string, Fields>> =
    given && !Object.hasOwn(apps, given.appKey) ? { ...apps, [given.appKey]: {} } : apps;
  const completed = Object.fromEntries(
    Object.entries(wanted).map(([appKey, app]) => [appKey, complete(appKey, app)]),
  );
  const completedConsole = (): Fields => {
    if (!needsConsole || !isMissing(storedConsole.sessionKeys)) return storedConsole;
    added.push("sessionKeys of the console");
    return { ...storedConsole, sessionKeys: newKeys() };
  };
  const ofConsole = completedConsole();
  const value =
    added.length === 0
      ? stored
      : JSON.stringify({
          ...others,
          apps: completed,
          ...(Object.keys(ofConsole).length > 0 && { console: ofConsole }),
        });
  const checked = checkSecret(value);
  if ("invalid" in checked) throw invalid(checked.invalid);
  return { value, added, apps: checked.apps };
};
