import * as v from "valibot";

// What a bridge accepts, field by field: a client that sends anything else has a fault.

const fileType = v.picklist(["image", "document", "audio", "video", "custom"]);
const file = v.union([
  v.strictObject({ type: fileType, url: v.pipe(v.string(), v.url()) }),
  v.strictObject({ type: fileType, id: v.string() }),
]);
const parts = v.optional(v.array(v.picklist(["reasoning", "file"])), []);

export const chatBody = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    content: v.pipe(v.string(), v.nonEmpty()),
    conversation: v.optional(v.nullable(v.string()), null),
    integration: v.optional(v.string()),
    files: v.optional(v.array(file), []),
    parts,
  }),
);

export const inputBody = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    form: v.optional(v.string()),
    action: v.string(),
    inputs: v.optional(v.record(v.string(), v.unknown())),
    parts,
  }),
);

export const feedbackBody = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    rating: v.nullable(v.picklist(["like", "dislike"])),
    content: v.optional(v.string()),
  }),
);
