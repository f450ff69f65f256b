export type Form = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A form as sent; a field with an array is sent once for each of its values. */
export const formOf = (given: Form): Buffer => {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    for (const each of [value ?? []].flat()) form.append(name, each);
  }
  return Buffer.from(form.toString());
};

export const privateForm = (given: Form = {}): Form => ({
  fromUserId: "u7",
  toUserId: "bot-helpdesk",
  objectName: "RC:TxtMsg",
  content: '{"content":"hello"}',
  ...given,
});

export const mentioningContent =
  '{"content":"@Helpdesk hello","mentionedInfo":{"type":2,"userIdList":["bot-helpdesk"]}}';

export const groupForm = (given: Form = {}): Form => ({
  fromUserId: "u7",
  toGroupId: "g1",
  objectName: "RC:TxtMsg",
  content: mentioningContent,
  isMentioned: "1",
  ...given,
});
