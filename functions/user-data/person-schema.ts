import * as v from "valibot";
import { modelTypes } from "#core/bot/integration-types.ts";
import type { ExportPosition } from "#core/person/export-person.ts";
import { exactObject, idRule, integerBetween, stringOf } from "#core/shared/rules.ts";

const userId = v.pipe(idRule, v.description("ID of the user."));

export const eraseSchema = exactObject(
  { userId, until: v.optional(integerBetween(0, Number.MAX_SAFE_INTEGER)) },
  "this call",
);

const position = v.variant("in", [
  v.object({ in: v.literal("turns"), until: integerBetween(0, Number.MAX_SAFE_INTEGER) }),
  v.object({
    in: v.literal("models"),
    model: v.optional(v.object({ bot: v.string(), type: v.picklist(modelTypes) })),
    after: v.optional(v.string()),
    before: v.optional(v.string()),
  }),
]);

const decode = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return undefined;
  }
};

/** Opaque to callers. */
const cursor = v.pipe(
  stringOf(1, 2_048),
  v.rawTransform(({ dataset, addIssue, NEVER }): ExportPosition => {
    const parsed = v.safeParse(position, decode(dataset.value));
    if (parsed.success) return parsed.output;
    addIssue({ message: "must be the next of an earlier reply", input: dataset.value });
    return NEVER;
  }),
);

export const toCursor = (next: ExportPosition): string =>
  Buffer.from(JSON.stringify(next)).toString("base64url");

export const exportSchema = exactObject({ userId, cursor: v.optional(cursor) }, "this call");
