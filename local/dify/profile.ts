import * as v from "valibot";
import { jsonValueSchema } from "./json.ts";
import { findRecording } from "./recordings.ts";
import { appModes, versionNames } from "./versions.ts";

const jsonObject = v.record(v.string(), jsonValueSchema);
const milliseconds = v.pipe(v.number(), v.minValue(0), v.maxValue(600_000));
const status = v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599));
const failure = {
  code: v.optional(v.string()),
  status: v.optional(status),
  message: v.optional(v.string()),
};

/** What a run does, one step after the other. */
const stepSchema = v.variant("do", [
  /** All events before the text. */
  v.strictObject({ do: v.literal("begin") }),
  /** Text at the app's pace; the app's reply where no pieces are given. */
  v.strictObject({ do: v.literal("say"), pieces: v.exactOptional(v.array(v.string())) }),
  /** Any event, with the run's ids: `node_retry`, `message_file`, `reasoning_chunk`. */
  v.strictObject({ do: v.literal("emit"), event: v.string(), fields: v.optional(jsonObject, {}) }),
  /** All events after the text. */
  v.strictObject({
    do: v.literal("finish"),
    /** `partial-succeeded`: a default value replaced the text of a failed node. */
    status: v.optional(v.picklist(["succeeded", "partial-succeeded"]), "succeeded"),
    /** The run's output, where it is not what was said. */
    answer: v.optional(v.string()),
    /** What output moderation replaces the text with. */
    replacement: v.optional(v.string()),
    /** Listed by `message_end`, or among a workflow's outputs. */
    files: v.optional(v.array(jsonObject)),
    /** Added to that of `message_end`. */
    metadata: v.optional(jsonObject),
  }),
  /** The model fails, as recorded except for what is given. */
  v.strictObject({ do: v.literal("fail"), ...failure }),
  /** The run fails before it has begun. */
  v.strictObject({ do: v.literal("reject"), message: v.string() }),
  /** The run waits for a person; `said` precedes the form. */
  v.strictObject({ do: v.literal("pause"), form: v.string(), said: v.optional(v.string(), "") }),
  /** The connections break; a run that outlives its client goes on. */
  v.strictObject({ do: v.literal("cut") }),
  /** Without `ms` until Dify gives the stream up; without `pings` in silence, as in the queue of the workers. */
  v.strictObject({
    do: v.literal("wait"),
    ms: v.optional(milliseconds),
    pings: v.optional(v.boolean(), true),
  }),
]);

export type Step = v.InferOutput<typeof stepSchema>;
export type StepOf<D extends Step["do"]> = Extract<Step, { readonly do: D }>;

/** What happens to requests, whatever the script says. */
const behaviourSchema = v.variant("kind", [
  /** Without a code the reply is a proxy's HTML page. */
  v.strictObject({ kind: v.literal("http_error"), ...failure, status }),
  /** A server, or a proxy before it, without streams. */
  v.strictObject({ kind: v.literal("no_streaming"), how: v.picklist(["answers_whole", "refuses"]) }),
  v.strictObject({ kind: v.literal("stop_disobeyed") }),
]);

const replySchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("text"), text: v.string() }),
  v.strictObject({ kind: v.literal("deltas"), deltas: v.array(v.string()) }),
]);

/** What an app is and does. */
const profileSchema = v.pipe(
  v.strictObject({
    mode: v.optional(v.picklist(appModes), "advanced-chat"),
    version: v.optional(v.picklist(versionNames), "1.12.1"),
    /** Without one the app echoes the question. */
    reply: v.optional(replySchema),
    /** Without one the app says its reply. */
    script: v.optional(v.array(stepSchema)),
    behaviour: v.optional(behaviourSchema),
    paceMs: v.optional(milliseconds),
    /** The questions that follow an answer; without them the feature is off. */
    suggested: v.optional(v.array(v.string())),
  }),
  v.check(
    ({ script = [], version }) =>
      script.every((step) => step.do !== "pause") || findRecording(`${version}/hitl-pause`) !== undefined,
    "only versions from 1.13 on pause for a person",
  ),
);

export type Profile = v.InferOutput<typeof profileSchema>;
export type ProfileInput = v.InferInput<typeof profileSchema>;

/** @throws a TypeError that names everything that is wrong. */
export const parseProfile = (given: unknown): Profile => {
  const parsed = v.safeParse(profileSchema, given);
  if (parsed.success) return parsed.output;
  const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "profile"}: ${issue.message}`);
  throw new TypeError(problems.join("; "));
};
