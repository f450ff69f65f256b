import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Faults and limitations to simulate. */
const behaviourSchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("normal") }),
  /** `retryAfter`: the header's value. `times`: how many requests fail before the server answers; default: all. */
  v.strictObject({
    kind: v.literal("error"),
    status: count,
    code: v.optional(v.string()),
    retryAfter: v.optional(v.string()),
    times: v.optional(count),
  }),
  /** Sends no response, not even headers. */
  v.strictObject({ kind: v.literal("silent") }),
  v.strictObject({ kind: v.literal("cut"), afterDeltas: count }),
  v.strictObject({ kind: v.literal("error_in_stream"), afterDeltas: count, code: v.string() }),
  v.strictObject({ kind: v.literal("no_streaming"), how: v.picklist(["answers_whole", "refuses"]) }),
  v.strictObject({ kind: v.literal("refuses_stream_options") }),
  /** More messages than this exceed the model's context. */
  v.strictObject({ kind: v.literal("context_limit"), messages: count }),
]);

/** Configuration of the server for one key. */
export const profileSchema = v.strictObject({
  models: v.optional(v.array(v.string()), ["simulated-model"]),
  /** A string is sent word by word, an array delta by delta. Default: echoes the question. */
  reply: v.optional(v.union([v.string(), v.array(v.string())])),
  /** Sent as `reasoning_content` before the answer. */
  reasoning: v.optional(v.string(), ""),
  finishReason: v.optional(v.string(), "stop"),
  paceMs: v.optional(count),
  behaviour: v.optional(behaviourSchema, { kind: "normal" }),
});

export type Profile = v.InferOutput<typeof profileSchema>;
export type ProfileInput = v.InferInput<typeof profileSchema>;
