import type { DeadLetter, RedriveResult } from "#core/jobs/redrive-jobs.ts";

/** Ids may contain any character, and terminals interpret control characters. */
const controlCharacters = /\p{Cc}|\p{Bidi_Control}/gu;
export const clean = (text: string): string => text.replaceAll(/\s+/g, " ").replaceAll(controlCharacters, "");

const at = (ms: number): string => {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "at an unknown time" : date.toISOString().replace(/\.\d+/, "");
};

const fieldsOf = (letter: DeadLetter): string[] => {
  const added = `given up ${at(letter.addedAt)}`;
  if (letter.fault !== undefined) return ["unreadable", `message ${letter.messageId}`, added, letter.fault];
  const { job, cause } = letter;
  return [
    job.appKey,
    job.botUserId,
    job.integrationType,
    job.event.data.msgUID,
    `accepted ${at(job.acceptedAt)}`,
    added,
    cause ? `attempts ${cause.tries}` : "attempts unknown",
    cause ? cause.reason : "moved by SQS: no worker completed it",
  ];
};

export const letterLine = (letter: DeadLetter): string => fieldsOf(letter).map(clean).join("  ");

export const describeResult = (result: RedriveResult): string => {
  switch (result.status) {
    case "redriven":
      return "redriven";
    case "settled":
      return `removed: the job has already ended (${clean(result.outcome)})`;
    case "running":
      return "skipped: a worker is processing it";
    case "given_up_again":
      return "skipped: given up again";
    case "unreadable":
      return "skipped: unreadable";
    case "failed":
      return `failed: ${clean(result.reason)}`;
  }
};
