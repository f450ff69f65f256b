import * as v from "valibot";

const sent = v.object({
  fromUserId: v.string(),
  toUserId: v.string(),
  content: v.pipe(v.string(), v.parseJson(), v.object({ content: v.string() })),
});

export interface SentMessage {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** What a publish request says, as far as it can be shown. */
export const readSentMessage = (form: string): SentMessage | undefined => {
  const parsed = v.safeParse(sent, Object.fromEntries(new URLSearchParams(form)));
  if (!parsed.success) return undefined;
  const { fromUserId, toUserId, content } = parsed.output;
  return { from: fromUserId, to: toUserId, text: content.content };
};
