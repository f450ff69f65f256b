import type { AnswerEvent } from "./answer.ts";
import type { AnswerFile } from "./answer-facts.ts";
import { makeLinkFilter } from "./link-filter.ts";
import { makeThinkFilter } from "./think-filter.ts";

/** Where an answer's text goes. A promise asks to wait before more is brought. */
export interface TextSink {
  delta(text: string): void | Promise<void>;
  replace(text: string): void | Promise<void>;
}

export interface AnswerPipeOptions {
  /** A link as it works from anywhere (`Model.resolveLink`). */
  readonly resolveLink: (url: string) => string;
  /** Whether the user sees, as a quote, what the model thinks. */
  readonly showsThinking: boolean;
}

export interface AnswerPipe {
  /** Takes an event of the model; ignores those that add nothing to the answer's text. */
  push(event: AnswerEvent): void | Promise<void>;
  /** The answer has ended: passes on what was held back of it, and links to the files that its text does not link to. */
  end(): void | Promise<void>;
}

/** In Markdown, where a space or a bracket ends a link. */
const linkTo = ({ name, isImage }: AnswerFile, url: string): string => {
  const path = url.replace(/[?#].*/, "");
  const shown = name ?? path.slice(path.lastIndexOf("/") + 1);
  const target = url.replaceAll("(", "%28").replaceAll(")", "%29").replaceAll(" ", "%20");
  return `${isImage ? "!" : ""}[${shown.replaceAll(/[[\]\n]/g, "")}](${target})`;
};

/** From what a model says to what a user reads: no reasoning, links that work, and files as links. */
export const makeAnswerPipe = (
  sink: TextSink,
  { resolveLink, showsThinking }: AnswerPipeOptions,
): AnswerPipe => {
  let thoughts = makeThinkFilter({ quotes: showsThinking });
  let links = makeLinkFilter(resolveLink);
  let files: AnswerFile[] = [];
  let hasText = false;

  const pass = (text: string): void | Promise<void> => {
    if (text === "") return undefined;
    hasText = true;
    return sink.delta(text);
  };
  const say = (text: string): void | Promise<void> => pass(links.push(text));
  const startOver = (text: string): void | Promise<void> => {
    links = makeLinkFilter(resolveLink);
    const shown = links.push(text);
    hasText = shown !== "";
    return sink.replace(shown);
  };

  /** To the files that the text has no link to, each once. */
  const missingLinks = (): string => {
    const missing = new Map<string, string>();
    for (const file of files) {
      const url = resolveLink(file.url);
      if (!links.hasLinkTo(url)) missing.set(url.replace(/\?.*/, ""), linkTo(file, url));
    }
    return [...missing.values()].join("\n\n");
  };

  return {
    push: (event) => {
      switch (event.type) {
        case "delta": {
          const { text, replacesAll } = thoughts.push(event.text);
          return replacesAll ? startOver(text) : say(text);
        }
        case "replace":
          thoughts = makeThinkFilter({ quotes: showsThinking });
          files = [];
          return startOver(thoughts.push(event.text).text);
        case "thought":
          return say(thoughts.thought(event.text));
        case "file":
          files.push(event.file);
          return undefined;
        default:
          return undefined;
      }
    },
    end: () => {
      const rest = links.push(thoughts.end()) + links.end();
      const appended = missingLinks();
      const gap = appended !== "" && (hasText || rest !== "") ? "\n\n" : "";
      return pass(rest + gap + appended);
    },
  };
};
