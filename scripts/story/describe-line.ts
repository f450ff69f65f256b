import { type IgnoreReason, ignoreReasons } from "#core/intake/ignored-message.ts";
import { explainIgnored } from "../../local/terminal/explain-ignored.ts";
import type { LogLine } from "./log-line.ts";

/** What a line says about the answer: there is one, there will be none, nobody waits for one, or nothing. */
export type Verdict = "answered" | "no answer" | "none expected" | undefined;

export interface Described {
  readonly text: string;
  readonly verdict: Verdict;
}

const times = (count = 0): string => (count === 1 ? "once" : `${count} times`);

const seconds = (ms: number | undefined): string =>
  ms === undefined ? "" : ` after ${(ms / 1000).toFixed(1)} s`;

const isReason = (reason: string | undefined): reason is IgnoreReason =>
  ignoreReasons.some((each) => each === reason);

const describeIgnored = (line: LogLine): Described => {
  const explanation = isReason(line.reason) ? explainIgnored(line.reason, line) : undefined;
  return {
    text: explanation ?? `nobody waits for an answer to it (${line.reason})`,
    verdict: explanation === undefined ? "none expected" : "no answer",
  };
};

/** The end of a turn. A stopped or paused answer, and a message that no model can read, are not failures. */
const describeEnd = (line: LogLine): Described => {
  const { outcome, model, code, detail, reason, firstTextMs, modelCalls } = line;
  switch (outcome) {
    case "answered":
      return {
        text: `${line.bot} answered: first text${seconds(firstTextMs)}, the model was asked ${times(modelCalls)}`,
        verdict: "answered",
      };
    case "undelivered":
      return {
        text: `the IM did not accept the answer (${reason}); the model: ${model}`,
        verdict: "no answer",
      };
    case "failed":
      return {
        text: `the model failed: ${code} (${detail}); the user got an error message`,
        verdict: "no answer",
      };
    case "refused":
      return { text: `the question was refused: ${code} (${detail})`, verdict: "no answer" };
    default:
      return {
        text: `the turn ended as ${outcome}`,
        verdict: outcome === "incomplete" ? "no answer" : "answered",
      };
  }
};

const describeLimit = ({ limit, freeAt }: LogLine): string =>
  freeAt === undefined ? `the limit ${limit} was reached` : `the limit ${limit} is reached until ${freeAt}`;

const descriptions: Readonly<Record<string, (line: LogLine) => Described>> = {
  message_ignored: describeIgnored,
  callback_dropped: ({ reason }) => ({
    text: `RongCloud's callback cannot be used: ${reason}`,
    verdict: "no answer",
  }),
  request_refused: ({ path, status, code }) => ({
    text: `the call of ${path} was refused: HTTP ${status}, code ${code}`,
    verdict: "no answer",
  }),
  request_failed: ({ path, reason }) => ({
    text: `the call of ${path} failed: ${reason}`,
    verdict: "no answer",
  }),
  job_accepted: ({ bot, integration }) => ({
    text: `accepted for ${integration} of ${bot}`,
    verdict: undefined,
  }),
  job_postponed: ({ limit }) => ({ text: `waits: all turns of the ${limit} are in use`, verdict: undefined }),
  job_tried: ({ tries, reason }) => ({ text: `try ${tries} did not succeed: ${reason}`, verdict: undefined }),
  job_failed: ({ tries, reason }) => ({
    text: `try ${tries} failed in the bridge: ${reason}`,
    verdict: undefined,
  }),
  model_failed: ({ code, detail }) => ({ text: `the model failed: ${code} (${detail})`, verdict: undefined }),
  im_refused: ({ code, reason, refusals }) => ({
    text: `the IM refuses the answer: ${code} (${reason}), ${times(refusals)}`,
    verdict: undefined,
  }),
  job_delivered: (line) => {
    if (line.command !== undefined)
      return line.userNotified === false
        ? { text: `the command ${line.command} was run, without a reply`, verdict: "no answer" }
        : { text: `the bridge answered the command ${line.command}`, verdict: "answered" };
    return line.integration === "webhook"
      ? { text: `the webhook of ${line.bot} accepted the event: its server answers`, verdict: "answered" }
      : describeEnd(line);
  },
  chat_answered: describeEnd,
  job_given_up: (line) => {
    const told = line.userNotified === true ? "; the user was told" : "";
    if (line.outcome !== undefined) return describeEnd(line);
    return { text: `given up: ${line.reason}${told}. It is in the dead letters`, verdict: "no answer" };
  },
  job_dropped: ({ reason }) => ({ text: `dropped: ${reason}`, verdict: "no answer" }),
  job_stopped: () => ({
    text: "stopped: the user told the bot to stop, or the bot was paused in this chat",
    verdict: "none expected",
  }),
  job_merged: ({ reason, takenBy = reason }) => ({
    text: `asked together with the message ${takenBy}`,
    verdict: "answered",
  }),
  job_recalled: () => ({ text: "the user took the message back", verdict: "none expected" }),
  job_limited: (line) => ({
    text: `${describeLimit(line)}; the user ${line.userNotified === true ? "was told" : "had been told before"}`,
    verdict: "no answer",
  }),
  limit_near: ({ limit }) => ({ text: `80 % of the limit ${limit} are used`, verdict: undefined }),
  turn_limited: (line) => ({
    text: `${line.bot} was not asked: ${describeLimit(line)}`,
    verdict: "no answer",
  }),
  job_repeated: () => ({ text: "a copy of a message that is done", verdict: undefined }),
  chat_turn_failed: ({ reason }) => ({
    text: `the turn failed in the bridge: ${reason}`,
    verdict: "no answer",
  }),
};

/** A line in words. Lines that this command does not know keep their names and reasons. */
export const describeLine = (line: LogLine): Described => {
  const { event, reason } = line;
  if (Object.hasOwn(descriptions, event))
    return descriptions[event]?.(line) ?? { text: event, verdict: undefined };
  return { text: reason === undefined ? event : `${event}: ${reason}`, verdict: undefined };
};
