import type { DeadLetter, LetterFate } from "#core/jobs/redrive-jobs.ts";

/** Ids may hold any character; a terminal would obey some. */
const controlCharacters = /\p{Cc}|\p{Bidi_Control}/gu;
const clean = (text: string): string => text.replaceAll(/\s+/g, " ").replaceAll(controlCharacters, "");

const at = (ms: number): string => {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "at some time" : date.toISOString().replace(/\.\d+/, "");
};

const fieldsOf = (letter: DeadLetter): string[] => {
  const buried = `buried ${at(letter.buriedAt)}`;
  if (letter.fault !== undefined) return ["unreadable", `message ${letter.messageId}`, buried, letter.fault];
  const { job, epitaph } = letter;
  return [
    job.appKey,
    job.botUserId,
    job.integrationType,
    job.event.data.msgUID,
    `accepted ${at(job.acceptedAt)}`,
    buried,
    epitaph ? `tries ${epitaph.tries}` : "tries unknown",
    epitaph ? epitaph.reason : "given up by SQS itself: no worker came to an end with it",
  ];
};

export const letterLine = (letter: DeadLetter): string => fieldsOf(letter).map(clean).join("  ");

export const describeFate = (fate: LetterFate): string => {
  switch (fate.status) {
    case "redriven":
      return "redriven";
    case "settled":
      return `taken out: its job has ended otherwise by now (${clean(fate.outcome)})`;
    case "running":
      return "left: a worker has it now";
    case "given_up_again":
      return "left: given up again";
    case "unreadable":
      return "left: nobody can read it";
    case "failed":
      return `left: ${clean(fate.reason)}`;
  }
};
