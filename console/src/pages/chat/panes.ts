import * as v from "valibot";
import { currentSession } from "../../session.ts";
import { storedSignal } from "../../stored-signal.ts";

/** Unique among the panes, so that each keeps what is written in it when another one is closed. */
const paneId = v.optional(v.string(), () => crypto.randomUUID());

const chatPane = v.object({
  id: paneId,
  kind: v.literal("chat"),
  botId: v.string(),
  userId: v.string(),
  /** Undefined for the conversation that the user has with the bot in the IM. */
  conversation: v.optional(v.string()),
});
const imPane = v.object({
  id: paneId,
  kind: v.literal("im"),
  userId: v.string(),
  channelType: v.picklist(["PERSON", "GROUP"]),
  /** A bot's or a group's id. */
  targetId: v.string(),
});

export type ChatPane = v.InferOutput<typeof chatPane>;
export type ImPane = v.InferOutput<typeof imPane>;
export type Pane = ChatPane | ImPane;

const stored = v.pipe(v.array(v.variant("kind", [chatPane, imPane])), v.minLength(1), v.maxLength(3));

/** Without a local run there is no user to begin with that anyone would know. */
const defaultUserId = "console-user";

const firstPane = (): ChatPane => {
  const { local } = currentSession();
  return {
    id: crypto.randomUUID(),
    kind: "chat",
    botId: local?.botId ?? "",
    userId: local?.userId ?? defaultUserId,
  };
};

/** The conversations side by side. */
export const panes = storedSignal<readonly Pane[]>("panes", (kept) => {
  const parsed = v.safeParse(stored, kept);
  return parsed.success ? parsed.output : [firstPane()];
});

/** Replaces the pane with this one's id. */
export const changePane = (pane: Pane): void => {
  panes.value = panes.value.map((each) => (each.id === pane.id ? pane : each));
};

/** Lets the first user talk to this bot. */
export const chooseBot = (botId: string): void => {
  const pane = panes.peek().find(({ kind }) => kind === "chat");
  if (pane?.kind !== "chat" || pane.botId === botId) return;
  changePane({ ...pane, botId, conversation: undefined });
};

export const closePane = ({ id }: Pane): void => {
  panes.value = panes.value.filter((each) => each.id !== id);
};

/** A user id that no other pane has: `user-002` after `user-001`. */
const nextUserId = (taken: readonly string[]): string => {
  for (let number = 2; ; number += 1) {
    const userId = `user-${String(number).padStart(3, "0")}`;
    if (!taken.includes(userId)) return userId;
  }
};

/** Adds another user who talks to the same bot. */
export const addUser = (): void => {
  const last = panes.value.findLast((pane) => pane.kind === "chat") ?? firstPane();
  const userId = nextUserId(panes.value.map((pane) => pane.userId));
  panes.value = [...panes.value, { id: crypto.randomUUID(), kind: "chat", botId: last.botId, userId }];
};

/** Adds the IM as the first user sees it. */
export const addImView = (): void => {
  const { botId, userId } = panes.value.find((pane) => pane.kind === "chat") ?? firstPane();
  const im: ImPane = { id: crypto.randomUUID(), kind: "im", userId, channelType: "PERSON", targetId: botId };
  panes.value = [...panes.value, im];
};

export const maxPanes = 3;
