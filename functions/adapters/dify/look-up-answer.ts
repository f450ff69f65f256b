import * as v from "valibot";
import { lenient, lenientList } from "#adapters/model-api/lenient.ts";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import { type AnswerMachine, type DetachedRun, textOfOutputs } from "./answer-machine.ts";
import { answerSources } from "./answer-metadata.ts";
import { type CallDifyPorts, type DifyCall, makeCallDify } from "./call-dify.ts";
import { difyFile, filesOfOutputs } from "./dify-file.ts";
import { difyUser } from "./dify-ids.ts";
import type { DifyQuestion } from "./dify-request.ts";
import { conversationIsLost } from "./failures.ts";

/** The list also holds the files that the user has sent. */
const answersFile = v.pipe(
  v.looseObject({}),
  v.check(({ belongs_to }) => belongs_to !== "user"),
  difyFile,
);

const message = v.object({
  id: v.string(),
  answer: v.string(),
  status: v.string(),
  message_files: lenientList(answersFile),
  retriever_resources: answerSources,
});
type Message = v.InferOutput<typeof message>;
const messages = v.object({ data: lenientList(message) });

/** Until 1.12 the outputs are a string that holds JSON (docs/spec/dify.md, A1). */
const outputs = v.union([
  v.record(v.string(), v.unknown()),
  v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown())),
]);
const run = v.object({ status: v.string(), outputs: v.fallback(v.nullish(outputs, {}), {}) });
type Run = v.InferOutput<typeof run>;

/** Each entry holds one field, by the name of its type. */
const inputField = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((entry) => Object.values(entry)[0]),
  v.object({
    variable: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
    required: lenient(v.boolean()),
    max_length: lenient(v.number()),
    options: lenientList(v.string()),
  }),
);
type InputField = v.InferOutput<typeof inputField>;
const parameters = v.object({ user_input_form: lenientList(inputField) });

const isProblem = (problem: string | undefined): boolean => problem !== undefined;
const problemWith = (
  { variable, required, max_length: limit = 0, options }: InputField,
  value = "",
): string | undefined => {
  if (required && value === "") return `input ${variable}: required`;
  if (limit > 0 && [...value].length > limit) return `input ${variable}: at most ${limit} characters`;
  if (options.length > 0 && value !== "" && !options.includes(value)) {
    return `input ${variable}: not one of its options`;
  }
  return undefined;
};

const envelope = v.object({ code: v.string(), message: v.string() });

/** More than one: others in the same conversation may have asked since. */
const messagesLookedAt = "20";

/** What is known of a run. */
export type Found =
  | { readonly status: "running" }
  /** `more`: the events of its answer other than the text. */
  | {
      readonly status: "answered" | "broken_off";
      readonly text: string;
      readonly more: readonly AnswerEvent[];
    }
  | { readonly status: "ended"; readonly outcome: AnswerOutcome };

export type EndedRun = Exclude<Found, { status: "running" }>;

const running: Found = { status: "running" };
const endedAs = (outcome: AnswerOutcome): Found => ({ status: "ended", outcome });
const asFile = (file: Message["message_files"][number]): AnswerEvent => ({ type: "file", file });

const moreOf = ({ message_files, retriever_resources: sources }: Message): AnswerEvent[] => [
  ...message_files.map(asFile),
  { type: "facts", facts: { usage: undefined, sources } },
];

/** What has become of a run whose message, for a chatflow, is stored beside it. */
const foundOf = (
  { status, outputs }: Run,
  stored: Message | undefined,
  said: AnswerMachine["said"],
  isQuiet: boolean,
): Found => {
  switch (status) {
    case "running":
      // While a run goes on its message has no answer: the worker was killed and left what it had (1.14.2, 1.16.1).
      return isQuiet && stored && stored.answer !== "" && said.restOf(stored.answer) !== undefined
        ? { status: "broken_off", text: stored.answer, more: moreOf(stored) }
        : running;
    case "paused":
      return endedAs({ status: "paused", form: undefined });
    case "stopped":
      return endedAs({ status: "stopped" });
    case "succeeded":
    case "partial-succeeded": {
      const ofRun = textOfOutputs(outputs);
      const ofMessage = stored?.answer ?? "";
      // After an error branch or a default value the outputs alone are right; else output moderation has changed the message.
      const text = status === "succeeded" ? ofMessage || ofRun : ofRun || ofMessage;
      const files = filesOfOutputs(outputs ?? {}).map(asFile);
      return { status: "answered", text, more: stored ? moreOf(stored) : files };
    }
    default:
      return endedAs({ status: "incomplete" });
  }
};

/** Asks Dify about runs and conversations instead of guessing from its silence. */
export const makeLookUpAnswer = (ports: CallDifyPorts) => {
  const callDify = makeCallDify(ports);

  /** Undefined where Dify does not say, for whatever reason. */
  const lookUp = async <T extends v.GenericSchema>(
    schema: T,
    call: Omit<DifyCall, "method">,
  ): Promise<v.InferOutput<T> | undefined> => {
    const reply = await callDify({ method: "GET", ...call }).catch(() => undefined);
    const parsed = v.safeParse(schema, reply?.json);
    return reply?.status === 200 && parsed.success ? parsed.output : undefined;
  };

  const findMessage = async (
    { integration, user }: DifyQuestion,
    { conversationId, messageId }: DetachedRun["ids"],
    signal: AbortSignal,
  ): Promise<Message | undefined> => {
    if (conversationId === undefined || messageId === undefined) return undefined;
    const query = { conversation_id: conversationId, user: difyUser(user), limit: messagesLookedAt };
    const found = await lookUp(messages, { integration, path: "messages", query, signal });
    return found?.data.find(({ id }) => id === messageId);
  };

  return {
    /** What of the question's inputs the app does not accept: 1.13 to 1.14 say nothing of it in the stream (A7). */
    async findInputProblem(
      { integration, inputs }: DifyQuestion,
      signal: AbortSignal,
    ): Promise<string | undefined> {
      const found = await lookUp(parameters, { integration, path: "parameters", signal });
      return found?.user_input_form
        .map((field) => problemWith(field, inputs[field.variable]))
        .find(isProblem);
    },

    /** `isQuiet`: nothing has come of the run for as long as it sends two pings in. */
    async findAnswer(
      question: DifyQuestion,
      { runId, ids }: DetachedRun,
      { said }: Pick<AnswerMachine, "said">,
      { isQuiet, signal }: { readonly isQuiet: boolean; readonly signal: AbortSignal },
    ): Promise<Found> {
      const path = `workflows/run/${encodeURIComponent(runId)}`;
      const [found, stored] = await Promise.all([
        lookUp(run, { integration: question.integration, path, signal }),
        findMessage(question, ids, signal),
      ]);
      return found ? foundOf(found, stored, said, isQuiet) : running;
    },

    /** Whether Dify has the conversation that the question continues; "unknown" where it does not say. */
    async findConversation(
      { integration, user, conversationId }: DifyQuestion,
      signal: AbortSignal,
    ): Promise<"found" | "lost" | "unknown"> {
      if (conversationId === undefined) return "found";
      const query = { conversation_id: conversationId, user: difyUser(user), limit: "1" };
      const reply = await callDify({ method: "GET", integration, path: "messages", query, signal }).catch(
        () => undefined,
      );
      if (reply?.status === 200) return "found";
      const refusal = v.safeParse(envelope, reply?.json);
      const isLost =
        reply !== undefined &&
        refusal.success &&
        conversationIsLost(reply.status, refusal.output.code, refusal.output.message);
      return isLost ? "lost" : "unknown";
    },
  };
};

export type LookUpAnswer = ReturnType<typeof makeLookUpAnswer>;
