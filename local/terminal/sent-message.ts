import * as v from "valibot";

const text = v.pipe(v.string(), v.parseJson(), v.object({ content: v.string() }));

/** Paths that accept messages, with the form field of the recipient. */
const targetFields = new Map([
  ["/message/private/publish.json", "toUserId"],
  ["/message/group/publish.json", "toGroupId"],
  ["/callbacks/rongcloud/messages", "toUserId"],
]);

export interface SentMessage {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** The recipients of a request that sends a message; undefined if it does not. */
export const targetOf = (path: string, body: string): string | undefined => {
  const field = targetFields.get(path);
  return (field && new URLSearchParams(body).getAll(field).join(", ")) || undefined;
};

/** The text message that a request sends; undefined if it is not a text message. */
export const readSentMessage = (path: string, body: string): SentMessage | undefined => {
  const to = targetOf(path, body);
  const form = new URLSearchParams(body);
  const from = form.get("fromUserId");
  const content = v.safeParse(text, form.get("content"));
  return from !== null && to !== undefined && content.success
    ? { from, to, text: content.output.content }
    : undefined;
};
