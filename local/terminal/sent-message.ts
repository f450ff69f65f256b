import * as v from "valibot";

const text = v.pipe(v.string(), v.parseJson(), v.object({ content: v.string() }));

/** Where a message comes in, and the field of the form that says to whom. */
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

/** What a request says to somebody, as far as it can be shown. */
export const readSentMessage = (path: string, body: string): SentMessage | undefined => {
  const targetField = targetFields.get(path);
  if (targetField === undefined) return undefined;
  const form = new URLSearchParams(body);
  const from = form.get("fromUserId");
  const to = form.getAll(targetField).join(", ");
  const said = v.safeParse(text, form.get("content"));
  return from !== null && to !== "" && said.success ? { from, to, text: said.output.content } : undefined;
};
