import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const status = v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599));

/** Holds for so many requests, after which the app works as if nothing had been; without it, for ever. */
const times = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)));
const afterDeltas = v.optional(count, 0);

/** How an app departs from simply answering. */
export const behaviourSchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("normal") }),
  v.strictObject({
    kind: v.literal("model_error"),
    code: v.optional(v.string()),
    status: v.optional(status),
    message: v.optional(v.string()),
    afterDeltas,
    times,
  }),
  v.strictObject({ kind: v.literal("silent"), times }),
  v.strictObject({ kind: v.literal("pings_only"), times }),
  /** The stream breaks; a run that outlives its client goes on to its end (A8-8). */
  v.strictObject({ kind: v.literal("cut"), afterDeltas, times }),
  /** A server, or what stands before it, that knows whole answers alone. */
  v.strictObject({ kind: v.literal("no_streaming"), how: v.picklist(["answers_whole", "refuses"]) }),
  v.strictObject({ kind: v.literal("refuse"), times }),
  v.strictObject({
    kind: v.literal("http_error"),
    status,
    /** Without a code the answer is a proxy's HTML page. */
    code: v.optional(v.string()),
    message: v.optional(v.string(), "Something is wrong."),
    times,
  }),
  v.strictObject({
    kind: v.literal("moderated"),
    stage: v.optional(v.picklist(["input", "output"]), "output"),
    text: v.optional(v.string(), "Your content violates our usage policy. Please revise and try again."),
  }),
  v.strictObject({
    kind: v.literal("annotation"),
    text: v.optional(v.string(), "This is the answer somebody has written down."),
  }),
  v.strictObject({
    kind: v.literal("paused"),
    /** What the form asks. */
    form: v.optional(v.string(), "May the answer go out?"),
  }),
  v.strictObject({ kind: v.literal("no_terminal"), times }),
  v.strictObject({ kind: v.literal("never_closes") }),
  v.strictObject({
    kind: v.literal("think"),
    format: v.optional(v.picklist(["tagged", "separated"]), "tagged"),
    thought: v.optional(v.string(), "The user greets me, so I greet back."),
  }),
  v.strictObject({ kind: v.literal("files") }),
  v.strictObject({ kind: v.literal("stop_disobeyed") }),
]);

export type Behaviour = v.InferOutput<typeof behaviourSchema>;

export type BehaviourOf<K extends Behaviour["kind"]> = Extract<Behaviour, { readonly kind: K }>;
