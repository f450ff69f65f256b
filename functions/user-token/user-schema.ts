import * as v from "valibot";
import { textOf } from "../adapters/api-gateway/rules.ts";

/** A user as an app presents them (docs/spec/rongcloud.md, section 8). Who they are called is the IM's affair, not ours. */
export const userSchema = v.object({
  userId: v.pipe(textOf(1, 64), v.regex(/^[A-Za-z0-9+=_-]+$/, "letters, digits and + = - _ only")),
  name: v.optional(textOf(0, 128)),
  portraitUri: v.optional(textOf(0, 1024)),
});
