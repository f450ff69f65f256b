import { setTimeout as delay } from "node:timers/promises";
import { countOf, newMessage, type Seen, until } from "./chatroom.ts";
import type { Contestant } from "./contestants.ts";
import type { Behaviour } from "./results.ts";

const script = { deltas: 20, size: 8, firstMs: 50, paceMs: 10 };
/** A slow answer, in the middle of which a process can end. */
const slowScript = { ...script, deltas: 40, paceMs: 50 };

/** Bots that edit send the end up to 1.1 s late, and some send it again. */
const settleMs = 2_500;
const patienceMs = 10_000;
/** Longer than all leases and redeliveries of a bot. */
const restartPatienceMs = 60_000;

/** What a user has that is not the answer. */
const otherText = ({ texts }: Seen): string => {
  const text = [...texts.values()].join(" ").trim();
  return text === "" ? "nothing" : `“${text.replaceAll(/\s+/g, " ").slice(0, 60)}”`;
};

const isWhole = (seen: Seen, word: string, { deltas } = script): boolean => countOf(seen, word) >= deltas;

const answered = async (seen: Seen, word: string): Promise<string> =>
  (await until(() => isWhole(seen, word), patienceMs)) ? "answered" : otherText(seen);

const sameMessageTwice = async ({ room, bot }: Contestant): Promise<string> => {
  const { user, seen } = room.join();
  const message = newMessage(user, { ...script, word: "hello" });
  void room.platform.deliver(bot.url, message);
  await delay(100);
  void room.platform.deliver(bot.url, message);
  await until(() => isWhole(seen, "hello"), patienceMs);
  await delay(settleMs);
  const times = countOf(seen, "hello") / script.deltas;
  return times === 1 ? "answered once" : times === 2 ? "answered twice" : `answered ${times} times`;
};

const words = ["alpha", "bravo", "charlie"];

const threeQuickOnes = async ({ room, bot }: Contestant): Promise<string> => {
  const { user, seen } = room.join();
  const whole: string[] = [];
  seen.onText = () => {
    whole.push(...words.filter((word) => !whole.includes(word) && isWhole(seen, word)));
  };
  for (const word of words) {
    void room.platform.deliver(bot.url, newMessage(user, { ...script, word }));
    await delay(50);
  }
  await until(() => whole.length === words.length, patienceMs);
  if (whole.length < words.length) {
    const isMerged = seen.questions.some(({ query }) => query.split('"word"').length > 2);
    return isMerged ? `merged: ${whole.length} answers` : `${whole.length} of 3 answered, the others lost`;
  }
  const order = whole.join() === words.join() ? "in order" : "out of order";
  const isContinued = seen.questions.filter(({ conversation_id }) => conversation_id).length === 2;
  // The answer before is part of a conversation only once it has ended.
  if (seen.questions.some(({ unended }) => unended > 0))
    return `3 answered ${order}, but asked at once: none knows the others`;
  return `3 answered ${order}, ${isContinued ? "each knows those before" : "none knows the others"}`;
};

const difyForgets = async ({ room, bot }: Contestant): Promise<string> => {
  const { user, seen } = room.join();
  void room.platform.deliver(bot.url, newMessage(user, { ...script, word: "before" }));
  if (!(await until(() => isWhole(seen, "before"), patienceMs))) return "the first message had no answer";
  await delay(settleMs);
  seen.texts.clear();
  seen.refuse = ({ conversation_id }) =>
    conversation_id ? { status: 404, code: "not_found", message: "Conversation Not Exists." } : undefined;
  void room.platform.deliver(bot.url, newMessage(user, { ...script, word: "after" }));
  const result = await answered(seen, "after");
  return seen.questions[1]?.conversation_id ? result : `${result}, but remembers no conversation`;
};

const difyFailsOnce = async ({ room, bot }: Contestant): Promise<string> => {
  const { user, seen } = room.join();
  seen.refuse = () => {
    seen.refuse = () => undefined;
    return { status: 500, code: "internal_server_error", message: "Internal Server Error" };
  };
  void room.platform.deliver(bot.url, newMessage(user, { ...script, word: "hello" }));
  return answered(seen, "hello");
};

const restartInTheMiddle = async (contestant: Contestant): Promise<string> => {
  const { room } = contestant;
  const { user, seen } = room.join();
  const message = newMessage(user, { ...slowScript, word: "hello" });
  const accepted = room.platform.deliver(contestant.bot.url, message);
  await until(() => !Number.isNaN(seen.difyFirstAt), patienceMs);
  await delay(1_500);
  const shareBefore = countOf(seen, "hello") / slowScript.deltas;
  await contestant.restart();
  const isRedelivered = room.platform.redelivers && !(await accepted);
  if (isRedelivered) void room.platform.deliver(contestant.bot.url, message);
  const hasWhole = () =>
    [...seen.texts.values()].some((text) => text.split("hello").length > slowScript.deltas);
  if (!(await until(hasWhole, restartPatienceMs))) {
    const share = countOf(seen, "hello") / slowScript.deltas;
    return share === 0 ? otherText(seen) : `${Math.round(share * 100)} % of the answer`;
  }
  await delay(settleMs);
  if (countOf(seen, "hello") === slowScript.deltas) return "the whole answer";
  return `${Math.round(shareBefore * 100)} %, and then the whole answer`;
};

const situations: Readonly<Record<string, (contestant: Contestant) => Promise<string>>> = {
  "the same message twice": sameMessageTwice,
  "three quick ones": threeQuickOnes,
  "Dify has forgotten the conversation": difyForgets,
  "Dify answers 500 once": difyFailsOnce,
  "a restart in the middle": restartInTheMiddle,
};

/** So that no process, thread or connection is started in the middle of a situation. */
const warmUp = async ({ room, bot }: Contestant): Promise<void> => {
  for (let round = 0; round < 3; round += 1) {
    const guests = Array.from({ length: 6 }, room.join);
    for (const { user } of guests)
      void room.platform.deliver(bot.url, newMessage(user, { ...script, word: "hello" }));
    await until(() => guests.every(({ seen }) => isWhole(seen, "hello")), patienceMs);
  }
};

export const observeBehaviour = async (contestant: Contestant): Promise<readonly Behaviour[]> => {
  await warmUp(contestant);
  const all: Behaviour[] = [];
  for (const [situation, observe] of Object.entries(situations))
    all.push({ name: contestant.name, situation, seen: await observe(contestant) });
  return all;
};
