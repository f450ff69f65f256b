import * as v from "valibot";
import { lenient, lenientList } from "#adapters/model-api/lenient.ts";
import type { AnswerEvent } from "#core/answer/answer.ts";
import { type KeptMessage, ratings } from "#core/answer/model.ts";
import { answerSources } from "./answer-metadata.ts";
import { difyFile } from "./dify-file.ts";
import { difyForm } from "./dify-form.ts";

/** The list also contains the files that the user sent. */
const answersFile = v.pipe(
  v.looseObject({}),
  v.check(({ belongs_to }) => belongs_to !== "user"),
  difyFile,
);

/** A form of a run that pauses, or has paused (≥1.13). */
const storedForm = v.pipe(
  v.object({
    type: v.literal("human_input"),
    submitted: v.literal(false),
    workflow_run_id: lenient(v.string()),
    form_definition: difyForm,
  }),
  v.transform(({ form_definition: form, workflow_run_id: runId }) => ({ ...form, runId })),
);

const storedMessage = v.object({
  id: v.string(),
  query: lenient(v.string()),
  /** Seconds since the epoch. */
  created_at: lenient(v.number()),
  answer: v.fallback(v.optional(v.string(), ""), ""),
  status: v.fallback(v.optional(v.string(), ""), ""),
  error: lenient(v.string()),
  /** The user's own; null without one. */
  feedback: lenient(v.object({ rating: v.picklist(ratings) })),
  message_files: lenientList(answersFile),
  retriever_resources: answerSources,
  extra_contents: lenientList(storedForm),
});

/** A message with its answer, as Dify stores it. */
export type StoredMessage = v.InferOutput<typeof storedMessage>;

/** The reply of `GET /messages`: the newest ones, oldest first. */
export const storedMessages = v.object({
  data: lenientList(storedMessage),
  has_more: v.fallback(v.optional(v.boolean(), false), false),
});

export const toKeptMessage = ({
  id,
  query = "",
  answer,
  created_at: seconds,
}: StoredMessage): KeptMessage => ({
  id,
  question: query,
  answer,
  askedAt: seconds === undefined ? undefined : seconds * 1000,
});

/** The events of a stored answer other than its text. */
export const factsOf = ({ message_files, retriever_resources: sources }: StoredMessage): AnswerEvent[] => [
  ...message_files.map((file): AnswerEvent => ({ type: "file", file })),
  { type: "facts", facts: { usage: undefined, sources } },
];
