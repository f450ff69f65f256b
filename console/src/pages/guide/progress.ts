import * as v from "valibot";

/** How a step ended when it was last done; a step that is missing has not been done. */
const progress = v.record(v.string(), v.picklist(["done", "failed"]));

export type Progress = v.InferOutput<typeof progress>;

/** The progress that a browser has kept; none, if another version wrote it in another form. */
export const parseProgress = (kept: unknown): Progress => v.parse(v.fallback(progress, {}), kept);

type Steps = readonly { readonly id: string }[];

export const countDone = (steps: Steps, kept: Progress): number =>
  steps.filter(({ id }) => kept[id] === "done").length;

/** Where to go on: the first step that is not done, or the first one if all are. */
export const nextStep = <S extends { readonly id: string }>(steps: readonly [S, ...S[]], kept: Progress): S =>
  steps.find(({ id }) => kept[id] !== "done") ?? steps[0];
