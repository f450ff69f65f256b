import { setTimeout as delay } from "node:timers/promises";
import { type Question, type Refusal, startDify } from "../servers/dify.ts";
import type { AnswerScript } from "../servers/script.ts";
import { type Platform, type StartPlatform, type UserMessage, userIn } from "./platforms/platform.ts";

/** What the simulators of a platform and of Dify see of one user. */
export interface Seen {
  /** With the number of the user's answers that Dify had not ended when it was asked. */
  readonly questions: (Question & { readonly unended: number })[];
  /** The user's messages from the bot, as they are now. */
  readonly texts: Map<string, string>;
  /** When Dify sent the first text of an answer, and when it ended the latest. */
  difyFirstAt: number;
  difyEndedAt: number;
  ended: number;
  /** A text has changed. */
  onText: () => void;
  /** What Dify answers to the next questions. */
  refuse: (question: Question) => Refusal | undefined;
}

/** A platform and a Dify for one bot, both in this process: one clock times them. */
export interface Chatroom {
  readonly platform: Platform;
  readonly difyUrl: string;
  /** A new user. */
  readonly join: () => { readonly user: string; readonly seen: Seen };
}

let users = 1_000;
let messages = 1_700_000_000;

export const newMessage = (user: string, script: AnswerScript): UserMessage => {
  messages += 1;
  return { user, id: String(messages), text: JSON.stringify(script) };
};

export const openChatroom = async (startPlatform: StartPlatform): Promise<Chatroom> => {
  const all = new Map<string, Seen>();
  const of = (id: string): Seen | undefined => all.get(userIn(id));
  const difyUrl = await startDify({
    onQuestion: (question) => {
      const seen = of(question.user);
      seen?.questions.push({ ...question, unended: seen.questions.length - seen.ended });
      return seen?.refuse(question);
    },
    onFirstText: (user) => {
      const seen = of(user);
      if (seen) seen.difyFirstAt = performance.now();
    },
    onEnd: (user) => {
      const seen = of(user);
      if (!seen) return;
      seen.difyEndedAt = performance.now();
      seen.ended += 1;
    },
  });
  const platform = await startPlatform((user, messageId, text) => {
    const seen = all.get(user);
    seen?.texts.set(messageId, text);
    seen?.onText();
  });
  return {
    platform,
    difyUrl: `${difyUrl}/v1`,
    join: () => {
      users += 1;
      const seen: Seen = {
        questions: [],
        texts: new Map(),
        difyFirstAt: Number.NaN,
        difyEndedAt: Number.NaN,
        ended: 0,
        onText: () => {},
        refuse: () => undefined,
      };
      all.set(String(users), seen);
      return { user: String(users), seen };
    },
  };
};

/** How often a word stands in all of a user's messages together. */
export const countOf = ({ texts }: Seen, word: string): number =>
  [...texts.values()].join(" ").split(word).length - 1;

/** Waits until it holds; false if it does not within the time. */
export const until = async (holds: () => boolean, patienceMs: number): Promise<boolean> => {
  const deadline = performance.now() + patienceMs;
  while (!holds()) {
    if (performance.now() > deadline) return false;
    await delay(20);
  }
  return true;
};
