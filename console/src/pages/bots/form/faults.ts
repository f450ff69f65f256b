import * as v from "valibot";
import { keysOf, ruleOf } from "#adapters/api-gateway/parse-input.ts";
import { fieldPath } from "#core/shared/field-path.ts";
import { botSchema, botUpdateSchema } from "../../../../../functions/bot-registry/bot-schema.ts";
import { type BotDraft, botRequest, lostOrigin } from "./bot-draft.ts";
import { pairsOf } from "./draft.ts";

/** What is wrong, by the path of its field, such as `integrations[0].options.errorText`. */
export type Faults = ReadonlyMap<string, string>;

/** The faults that the page finds before the server: what they say is in the page's language. */
export interface FaultTexts {
  readonly keyNeeded: (from: string, to: string) => string;
  readonly keyTwice: string;
}

export interface Rules {
  readonly isNew: boolean;
  /** Whether the bridge accepts http and private addresses, as a local run does. */
  readonly allowPrivate: boolean;
}

const schemaFaults = (draft: BotDraft, { isNew, allowPrivate }: Rules): [string, string][] => {
  const schema = isNew ? botSchema({ allowPrivate }) : botUpdateSchema({ allowPrivate });
  const { issues = [] } = v.safeParse(schema, botRequest(draft));
  return issues.map((issue) => [fieldPath(keysOf(issue)), ruleOf(issue)]);
};

const keyPathOf = (at: number): string => fieldPath(["integrations", at, "auth", "apiKey"]);

const lostKeys = ({ integrations }: BotDraft, { keyNeeded }: FaultTexts): [string, string][] =>
  integrations.flatMap((integration, at) => {
    const origins = lostOrigin(integration);
    return origins ? [[keyPathOf(at), keyNeeded(...origins)]] : [];
  });

/** An object has each key once, so only the draft shows that one is typed twice. */
const repeatedKeys = ({ fields }: BotDraft, { keyTwice }: FaultTexts): [string, string][] => {
  const keys = pairsOf(fields.metadata).map(([key]) => key);
  return keys
    .filter((key, at) => keys.indexOf(key) !== at)
    .map((key) => [fieldPath(["metadata", key]), keyTwice]);
};

const firstOfEach = (faults: readonly (readonly [string, string])[]): Faults => new Map(faults.toReversed());

/** What the server would refuse, by its own schemas and rules. */
export const faultsOf = (draft: BotDraft, rules: Rules, texts: FaultTexts): Faults =>
  firstOfEach([...lostKeys(draft, texts), ...repeatedKeys(draft, texts), ...schemaFaults(draft, rules)]);

/** A path has blanks, and colons before them, only within quotes. */
const pathAndRule = /^((?:"(?:[^"\\]|\\.)*"|[^\s"])+?): (.+)$/s;

/** The field and the rule of the server's message `path: rule, got value`; another message has no field. */
export const parseRefusal = (message: string): readonly [path: string, rule: string] => {
  const [, path = "", rule = message] = pathAndRule.exec(message) ?? [];
  return [path, rule];
};

/** The keys that have to be given again: a change of another field is at fault. */
export const lostKeyPaths = ({ integrations }: BotDraft): string[] =>
  integrations.flatMap((integration, at) => (lostOrigin(integration) ? [keyPathOf(at)] : []));

const isWithin = (path: string, fault: string): boolean =>
  path === fault || path.startsWith(`${fault}.`) || path.startsWith(`${fault}[`);

/** The faults of the fields at these paths, and of what they are in. Others may be of fields that nobody has filled in yet. */
export const shownFaults = (faults: Faults, edited: readonly string[]): Faults =>
  new Map([...faults].filter(([fault]) => edited.some((path) => isWithin(path, fault))));
