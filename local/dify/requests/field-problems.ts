import type { VersionTraits } from "../apps/versions.ts";
import { prettyReply } from "../http/http-reply.ts";
import { invalidParam, refusalWith } from "../http/refusal.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { pythonRepr, pythonType } from "./python-repr.ts";

export type RunRoute = "chat" | "completion" | "workflow";

interface FieldProblem {
  readonly field: string;
  readonly kind: "missing" | "dict_type" | "string_type" | "literal_error" | "value_error";
  readonly value: JsonValue;
}

const uuid = /^[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}$/i;

const findProblems = (route: RunRoute, body: JsonObject): readonly FieldProblem[] => {
  const problems: FieldProblem[] = [];
  const { inputs, query, response_mode: mode, conversation_id: conversation } = body;
  if (inputs === undefined) {
    problems.push({ field: "inputs", kind: "missing", value: body });
  } else if (!isJsonObject(inputs)) {
    problems.push({ field: "inputs", kind: "dict_type", value: inputs });
  }
  if (route === "chat" && query === undefined) {
    problems.push({ field: "query", kind: "missing", value: body });
  } else if (route !== "workflow" && query !== undefined && typeof query !== "string") {
    problems.push({ field: "query", kind: "string_type", value: query });
  }
  if (mode !== undefined && mode !== null && mode !== "streaming" && mode !== "blocking") {
    problems.push({ field: "response_mode", kind: "literal_error", value: mode });
  }
  const given =
    route === "chat" && conversation !== undefined && conversation !== null && conversation !== "";
  if (given && (typeof conversation !== "string" || !uuid.test(conversation.trim()))) {
    problems.push({ field: "conversation_id", kind: "value_error", value: conversation });
  }
  return problems;
};

/** A7: 0.15 names the first bad parameter and gives no status. */
const reqparseRefusal = ({ field, kind, value }: FieldProblem): Error => {
  const shown = typeof value === "string" ? value : pythonRepr(value);
  const messages = {
    missing: "Missing required parameter in the JSON body",
    dict_type: `'${pythonType(value)}' object is not a mapping`,
    string_type: `${shown} is not a string`,
    literal_error: `${shown} is not a valid choice`,
    value_error: `${shown} is not a valid uuid.`,
  };
  return refusalWith(prettyReply(400, { code: "invalid_param", message: messages[kind], params: field }));
};

const payloadNames: Readonly<Record<RunRoute, string>> = {
  chat: "ChatRequestPayload",
  completion: "CompletionRequestPayload",
  workflow: "WorkflowRunPayload",
};

const pydanticTexts: Readonly<Record<FieldProblem["kind"], string>> = {
  missing: "Field required",
  dict_type: "Input should be a valid dictionary",
  string_type: "Input should be a valid string",
  literal_error: "Input should be 'blocking' or 'streaming'",
  value_error: "Value error, conversation_id must be a valid UUID",
};

// Pydantic shows the two ends of a long value.
const abridged = (text: string): string =>
  text.length > 50 ? `${text.slice(0, 25)}...${text.slice(-24)}` : text;

const pydanticLines = ({ field, kind, value }: FieldProblem): string =>
  [
    field,
    `  ${pydanticTexts[kind]} [type=${kind}, input_value=${abridged(pythonRepr(value))}, input_type=${pythonType(value)}]`,
    `    For further information visit https://errors.pydantic.dev/2.13/v/${kind}`,
  ].join("\n");

/** Throws the version's refusal of a run request whose fields are not as they must be (A1). */
export const checkFields = (traits: VersionTraits, route: RunRoute, body: JsonObject): void => {
  const problems = findProblems(route, body);
  const [first] = problems;
  if (first === undefined) return;
  if (traits.requestParser === "reqparse") throw reqparseRefusal(first);
  const count = `${problems.length} validation error${problems.length > 1 ? "s" : ""}`;
  throw invalidParam([`${count} for ${payloadNames[route]}`, ...problems.map(pydanticLines)].join("\n"));
};
