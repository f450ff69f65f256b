import * as v from "valibot";
import { listOf, textOf } from "../adapters/api-gateway/rules.ts";

const longestContent = 128 * 1024;

const holdsJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const userId = textOf(1, 64);

/** A private message as the send API takes it (docs/spec/rongcloud.md, section 8). What concerns its push alone is passed over. */
export const messageSchema = v.pipe(
  v.object({
    fromUserId: userId,
    toUserId: v.pipe(listOf(userId, 1000), v.minLength(1, "must be sent at least once")),
    objectName: textOf(1, 32),
    content: v.pipe(
      v.string(),
      v.maxBytes(longestContent, `at most ${longestContent} bytes`),
      v.check(holdsJson, "must hold JSON"),
    ),
  }),
  v.transform(({ toUserId, ...rest }) => ({ ...rest, toUserIds: toUserId })),
);

/** The fields of the form that may be repeated. */
export const repeatable = ["toUserId"];
