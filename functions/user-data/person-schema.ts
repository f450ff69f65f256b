import * as v from "valibot";
import { modelTypes } from "#core/bot/integration-types.ts";
import type { ExportPosition } from "#core/person/export-person.ts";
import { stringOf } from "#core/shared/rules.ts";

const userId = v.pipe(stringOf(1, 64), v.description("ID of the user."));

export const eraseSchema = v.object({ userId }, "must be an object");

const position = v.variant("in", [
  v.object({ in: v.literal("turns"), until: v.number() }),
  v.object({
    in: v.literal("models"),
    model: v.optional(v.object({ bot: v.string(), type: v.picklist(modelTypes) })),
    after: v.optional(v.string()),
  }),
]);

const cursorRule = "must be the next of an earlier reply";

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
  v.check((sent) => v.is(position, decode(sent)), cursorRule),
  v.transform((sent): ExportPosition => v.parse(position, decode(sent))),
);

export const toCursor = (next: ExportPosition): string =>
  Buffer.from(JSON.stringify(next)).toString("base64url");

export const exportSchema = v.object({ userId, cursor: v.optional(cursor) }, "must be an object");
