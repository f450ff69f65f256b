import * as v from "valibot";

/** A user and their tokens. */
export const tokenReply = v.object({
  userId: v.string(),
  token: v.string(),
  botToken: v.exactOptional(v.string()),
  imToken: v.exactOptional(v.string()),
});

export type TokenReply = v.InferOutput<typeof tokenReply>;
