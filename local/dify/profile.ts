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

/** The steps of a run, in order. */
const stepSchema = v.variant("do", [
  /** All events before the text. */
  v.strictObject({ do: v.literal("begin") }),
  /** Streams text at the app's pace: the given pieces, or the app's reply. */
  v.strictObject({ do: v.literal("say"), pieces: v.exactOptional(v.array(v.string())) }),
  /** Any event, with the run's ids: `node_retry`, `message_file`, `reasoning_chunk`. */
  v.strictObject({ do: v.literal("emit"), event: v.string(), fields: v.optional(jsonObject, {}) }),
  /** All events after the text. */
  v.strictObject({
    do: v.literal("finish"),
    /** `partial-succeeded`: a default value replaced the text of a failed node. */
    status: v.optional(v.picklist(["succeeded", "partial-succeeded"]), "succeeded"),
    /** The run's output, if it differs from the streamed text. */
    answer: v.optional(v.string()),
    /** The text that output moderation substitutes. */
    replacement: v.optional(v.string()),
    /** Listed by `message_end`, or among a workflow's outputs. */
    files: v.optional(v.array(jsonObject)),
    /** Merged into the metadata of `message_end`. */
    metadata: v.optional(jsonObject),
  }),
  /** The model fails; omitted fields are as recorded. */
  v.strictObject({ do: v.literal("fail"), ...failure }),
  /** The run fails before it starts. */
  v.strictObject({ do: v.literal("reject"), message: v.string() }),
  /** The run waits for a person; the next steps follow when the form is submitted. `said` precedes the form. */
  v.strictObject({
    do: v.literal("pause"),
    form: v.string(),
    said: v.exactOptional(v.string()),
    /** As Dify defines them (docs/spec/dify.md, A9). */
    inputs: v.optional(v.array(jsonObject), []),
    actions: v.optional(v.array(v.object({ id: v.string(), title: v.string() })), [
      { id: "yes", title: "Yes" },
      { id: "no", title: "No" },
    ]),
    /** Without it, only an e-mail asks for the form, and this API does not accept it. */
    isDisplayed: v.optional(v.boolean(), true),
  }),
  /** The connections break. A run that outlives its client continues. */
  v.strictObject({ do: v.literal("cut") }),
  /** Waits `ms`, or until Dify closes the idle stream. Without `pings`, in silence, as when queued for a worker. */
  v.strictObject({
    do: v.literal("wait"),
    ms: v.optional(milliseconds),
    pings: v.optional(v.boolean(), true),
  }),
]);

export type Step = v.InferOutput<typeof stepSchema>;
export type StepOf<D extends Step["do"]> = Extract<Step, { readonly do: D }>;

/** Faults at the HTTP level, independent of the script. */
const behaviourSchema = v.variant("kind", [
  /** Without `code`, the reply is a proxy's HTML page. */
  v.strictObject({ kind: v.literal("http_error"), ...failure, status }),
  /** A server, or a proxy in front of it, that does not stream. */
  v.strictObject({ kind: v.literal("no_streaming"), how: v.picklist(["answers_whole", "refuses"]) }),
  v.strictObject({ kind: v.literal("stop_disobeyed") }),
]);

const replySchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("text"), text: v.string() }),
  v.strictObject({ kind: v.literal("deltas"), deltas: v.array(v.string()) }),
]);

/** Configuration of a simulated app. */
const profileSchema = v.pipe(
  v.strictObject({
    mode: v.optional(v.picklist(appModes), "advanced-chat"),
    version: v.optional(v.picklist(versionNames), "1.12.1"),
    /** Default: echoes the question. */
    reply: v.optional(replySchema),
    /** Default: streams the reply. */
    script: v.optional(v.array(stepSchema)),
    behaviour: v.optional(behaviourSchema),
    paceMs: v.optional(milliseconds),
    /** Suggested questions; if omitted, the feature is off. */
    suggested: v.optional(v.array(v.string())),
    /** Declared inputs, as `user_input_form` has them: `[{"text-input":{"variable":"nick","required":true}}]`. */
    inputs: v.optional(v.array(jsonObject), []),
    acceptsFiles: v.optional(v.boolean(), true),
    /** Of a chatflow or workflow: whether it was published. */
    isPublished: v.optional(v.boolean(), true),
  }),
  v.check(
    ({ script = [], version }) =>
      script.every((step) => step.do !== "pause") || findRecording(`${version}/hitl-pause`) !== undefined,
    "the step `pause` needs version 1.13 or later",
  ),
);

export type Profile = v.InferOutput<typeof profileSchema>;
export type ProfileInput = v.InferInput<typeof profileSchema>;

/** @throws TypeError naming every problem. */
export const parseProfile = (given: unknown): Profile => {
  const parsed = v.safeParse(profileSchema, given);
  if (parsed.success) return parsed.output;
  const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "profile"}: ${issue.message}`);
  throw new TypeError(problems.join("; "));
};
