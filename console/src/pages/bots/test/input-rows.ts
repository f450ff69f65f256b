import type { InputFault } from "#core/bot/integration-report.ts";
import type { Pair } from "../form/draft.ts";
import type { DeclaredInput } from "./test-call.ts";

export type Filler =
  | { readonly kind: "pair"; readonly key: string }
  /** The user's text. */
  | { readonly kind: "text" }
  /** A field of the event, such as `data.fromUserId`. */
  | { readonly kind: "event"; readonly path: string };

/** An input that an app declares, and what would fill it from the bot as it is in the form. */
export interface InputRow extends Pick<DeclaredInput, "name" | "label" | "type" | "required" | "maxLength"> {
  readonly filler: Filler | undefined;
  readonly fault: InputFault | undefined;
  /** The metadata pair that could fill it. */
  readonly key: string | undefined;
}

const pairPrefix = "metadata.";
const inputPrefix = "bot_metadata_";

/** The key of the pair that fills the input, or could; undefined if a message's field takes precedence. */
const keyOf = ({ name, filledBy }: DeclaredInput): string | undefined => {
  if (filledBy?.startsWith(pairPrefix)) return filledBy.slice(pairPrefix.length);
  if (filledBy !== null) return undefined;
  return name.startsWith(inputPrefix) ? name.slice(inputPrefix.length) : name;
};

const numeric = /^-?\d+(\.\d+)?$/;

/** Dify's own rules (docs/spec/dify.md, A6), for a value that may have changed since the test. */
const faultOf = (
  { type, required, maxLength, options }: DeclaredInput,
  value: string | undefined,
): InputFault | undefined => {
  if (value === undefined) return required ? "missing" : undefined;
  if (maxLength !== null && [...value].length > maxLength) return "too_short";
  if (type === "select" && value !== "" && !options.includes(value)) return "wrong_option";
  return type === "number" && !numeric.test(value) ? "wrong_type" : undefined;
};

const rowOf = (input: DeclaredInput, pairs: ReadonlyMap<string, string>): InputRow => {
  const { name, label, type, required, maxLength, filledBy, fault } = input;
  const shown = { name, label, type, required, maxLength };
  const key = keyOf(input);
  if (key === undefined && filledBy !== null) {
    const filler: Filler = filledBy === "text" ? { kind: "text" } : { kind: "event", path: filledBy };
    return { ...shown, filler, fault: fault ?? undefined, key };
  }
  const value = key === undefined ? undefined : pairs.get(key);
  const filler: Filler | undefined =
    key === undefined || value === undefined ? undefined : { kind: "pair", key };
  return { ...shown, filler, fault: faultOf(input, value), key };
};

/** The inputs beside what fills them, with the metadata as it is in the form: an added pair shows at once what it changes. */
export const inputRows = (inputs: readonly DeclaredInput[], pairs: readonly Pair[]): readonly InputRow[] => {
  const values = new Map(pairs);
  return inputs.map((input) => rowOf(input, values));
};
