import { type Described, describeLine } from "./describe-line.ts";
import type { Story } from "./find-stories.ts";
import { timeOf } from "./log-line.ts";

const idsOf = (story: Story): string => {
  const firstOf = (name: "msgUID" | "turn") => story.find((line) => line[name] !== undefined)?.[name];
  const [msgUID, turn] = [firstOf("msgUID"), firstOf("turn")];
  return [
    ...(msgUID === undefined ? [] : [`message ${msgUID}`]),
    ...(turn === undefined ? [] : [`turn ${turn}`]),
    `request ${story[0].requestId}`,
  ].join(", ");
};

const concludeWith = (decisive: Described | undefined): string => {
  switch (decisive?.verdict) {
    case "answered":
      return "Answered.";
    case "no answer":
      return `No answer: ${decisive.text}.`;
    case "none expected":
      return "Nobody waits for an answer.";
    case undefined:
      return "No answer yet: its last line is above.";
  }
};

/** A request in lines for the terminal: its time and ids, what happened when, and whether there was an answer. */
export const storyLines = (story: Story): string[] => {
  const [first] = story;
  const described = story.map((line) => ({ line, ...describeLine(line) }));
  const decisive = described.findLast(({ verdict }) => verdict !== undefined);
  const conclusion = concludeWith(decisive);
  return [
    `${first.timestamp} ${idsOf(story)}`,
    ...described.map(
      ({ line, text }) => `  +${((timeOf(line) - timeOf(first)) / 1000).toFixed(3)} s  ${text}`,
    ),
    `  ${conclusion}`,
  ];
};
