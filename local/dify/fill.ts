import { randomUUID } from "node:crypto";
import { asObject, defined, type JsonObject, type JsonValue } from "./json.ts";
import type { Template } from "./templates.ts";

/** The values that replace recorded ones. */
export interface RunFacts {
  readonly taskId: string;
  readonly runId: string;
  /** Workflows have neither message nor conversation; completions have no conversation. */
  readonly messageId: string | undefined;
  readonly conversationId: string | undefined;
  readonly user: string;
  readonly query: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
}

const uuid = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;
/** Seconds since the epoch, as numbers. */
const time = /(?<=:)1[789]\d{8}(?=[,}])/g;

/** Fills a template's event with the ids, times, question and answer of a run, and replaces other values by key. */
type Fill = (recorded: JsonObject, answer?: string, others?: JsonObject) => JsonObject;

export const makeFill = ({ events, answer: recordedAnswer }: Template, run: RunFacts): Fill => {
  const [first = {}] = events;
  const ids = new Map<JsonValue | undefined, string | undefined>([
    [first.task_id, run.taskId],
    [first.workflow_run_id, run.runId],
    [first.message_id, run.messageId],
    [first.conversation_id, run.conversationId],
  ]);
  const idOf = (recorded: string): string => {
    const id = ids.get(recorded) ?? randomUUID();
    ids.set(recorded, id);
    return id;
  };
  const timeOffset = run.createdAt - Number(first.created_at ?? asObject(first.data).created_at);
  const omittedKeys = [
    ...(run.conversationId === undefined ? ["conversation_id"] : []),
    ...(run.messageId === undefined ? ["message_id", "created_at"] : []),
  ];
  return (recorded, answer = "", others = {}) => {
    const values: JsonObject = { user: run.user, "sys.user_id": run.user, "sys.query": run.query, ...others };
    const fillValue = (key: string, value: JsonValue): JsonValue => {
      const isAnswer = typeof value === "string" && recordedAnswer !== "" && value.endsWith(recordedAnswer);
      return values[key] ?? (isAnswer ? answer : value);
    };
    const json = JSON.stringify(defined(recorded, ...omittedKeys))
      .replace(uuid, idOf)
      .replace(time, (at) => String(Number(at) + timeOffset));
    return asObject(JSON.parse(json, fillValue));
  };
};
