import type { ComponentChildren } from "preact";
import { botsTexts } from "../texts.ts";
import type { Field } from "./field.ts";
import { hintOf } from "./field-texts.ts";

/** A default in words; undefined for one that the control itself shows. */
const defaultText = ({ kind, default: value }: Field): string | undefined => {
  const texts = botsTexts.value;
  if (value === undefined || kind === "list" || kind === "pairs" || kind === "object") return undefined;
  if (kind === "boolean") return texts.defaultIs(value === true ? texts.yes : texts.no);
  return texts.defaultIs(String(value));
};

/** Text in which `code` is between back quotes, as in the schemas' descriptions. */
const WithCode = ({ text }: { text: string }) => (
  <>{text.split("`").map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}</>
);

/** A field's name in the API, what it is for, and its default. */
export const Hint = ({ field, children }: { field: Field; children?: ComponentChildren }) => (
  <>
    <code class="bots-name">{field.name}</code> <WithCode text={hintOf(field) ?? ""} /> {children}{" "}
    {defaultText(field)}
  </>
);
