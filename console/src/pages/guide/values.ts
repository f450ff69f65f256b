import * as v from "valibot";

const fieldNames = [
  "botId",
  "botName",
  "profileUrl",
  "webhookUrl",
  "difyType",
  "difyUrl",
  "difyKey",
  "userId",
  "question",
  "reply",
  "groupId",
  "mention",
  "keyword",
  "filteredText",
  "chatQuestion",
  "turn",
  "publicUrl",
  "imHost",
  "realBotId",
  "testUserId",
] as const;

export type FieldName = (typeof fieldNames)[number];

/** What the steps send, and their forms ask for. Steps with a field in common share its value. */
export type Values = Readonly<Record<FieldName, string>>;

/** What is forgotten when the page closes. */
export const isSecret = (name: FieldName): boolean => name === "difyKey";

export interface Surroundings {
  readonly bridgeUrl: string;
  /** The demo bot and user of a local run; null if the bridge is deployed. */
  readonly local: { readonly botId: string; readonly userId: string } | null;
}

/** The values to begin with. In a local run the hosts of RongCloud's guide lead to simulators. */
export const initialValues = ({ bridgeUrl, local }: Surroundings): Values => ({
  botId: "bot-guide",
  botName: "Guide",
  profileUrl: "https://example.com/bot.png",
  webhookUrl: local ? "https://yourserver.com/callback" : "",
  difyType: "dify_chatflow",
  difyUrl: "https://api.dify.ai/v1",
  difyKey: local ? "app-guide" : "",
  userId: local?.userId ?? "user-001",
  question: "Hello, who are you?",
  reply: "A colleague will look into it.",
  groupId: "group-1",
  mention: "What can you do?",
  keyword: "order",
  filteredText: "Good morning",
  chatQuestion: "And what did I say before?",
  turn: "",
  publicUrl: bridgeUrl,
  imHost: "https://api.rong-api.com",
  realBotId: local?.botId ?? "bot-guide",
  testUserId: "user-002",
});

const edited = v.record(v.picklist(fieldNames), v.string());

/** What the user has changed. */
export type EditedValues = v.InferOutput<typeof edited>;

/** The changes that a browser has kept; none, if another version wrote them in another form. */
export const parseEdited = (kept: unknown): EditedValues => v.parse(v.fallback(edited, {}), kept);
