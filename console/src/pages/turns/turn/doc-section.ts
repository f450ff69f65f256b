import type { TurnReply } from "#adapters/api-gateway/turn-reply.ts";
import type { StoryOutcome } from "#core/turn/turn-story.ts";

/** A section of a file of the repository. The documentation is in English. */
export interface DocSection {
  readonly file: string;
  readonly heading: string;
}

const troubleshooting = (heading: string): DocSection => ({ file: "docs/troubleshooting.md", heading });
const humanInput: DocSection = { file: "docs/connect-dify.md", heading: "Human input" };
const brokenOff = troubleshooting("The answer stops in the middle");
const givenUp = troubleshooting("The job was given up");

/** Where to read more about a turn that ended in this way. */
export const docSections: Readonly<Partial<Record<StoryOutcome, DocSection>>> = {
  running: troubleshooting("The job waits"),
  truncated: brokenOff,
  paused: humanInput,
  expired: humanInput,
  unreadable: troubleshooting("The answer was delivered"),
  failed: troubleshooting("Dify errors"),
  incomplete: brokenOff,
  abandoned: { file: "docs/runbook.md", heading: "Turns are abandoned" },
  undelivered: givenUp,
  given_up: givenUp,
  stopped: { file: "docs/messages.md", heading: "Pause a bot in a chat" },
  merged: { file: "docs/messages.md", heading: "Quick messages" },
  command: { file: "docs/messages.md", heading: "Commands" },
  recalled: { file: "docs/messages.md", heading: "A message that is taken back" },
  dropped: troubleshooting("Follow the log lines"),
  limited: { file: "docs/options.md", heading: "Limits" },
  refused: troubleshooting("400, 403, 404 and 409"),
};

export const docSectionOf = ({ outcome }: Pick<TurnReply, "outcome">): DocSection | undefined =>
  docSections[outcome];
