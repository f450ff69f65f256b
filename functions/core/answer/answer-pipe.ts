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
  /** Any address of Dify's host, against which its own links are relative. */
  readonly base: string;
  /** Whether the user sees, as a quote, what the model thinks. */
  readonly showsThinking: boolean;
}

export interface AnswerPipe {
  /** Takes what has come from Dify; what is no part of an answer's text is left alone. */
  take(event: AnswerEvent): void | Promise<void>;
  /** The answer has ended: brings what is left of it, and links to files that its text has none to. */
  end(): void | Promise<void>;
}

/** In markdown, whose links end at a blank or a bracket. */
const linkTo = ({ name, isImage }: AnswerFile, url: string): string => {
  const path = url.replace(/[?#].*/, "");
  const shown = name ?? path.slice(path.lastIndexOf("/") + 1);
  const target = url.replaceAll("(", "%28").replaceAll(")", "%29").replaceAll(" ", "%20");
  return `${isImage ? "!" : ""}[${shown.replaceAll(/[[\]\n]/g, "")}](${target})`;
};

/** From what Dify says to what a user reads: no thoughts, links that work, and files as links. */
export const makeAnswerPipe = (sink: TextSink, { base, showsThinking }: AnswerPipeOptions): AnswerPipe => {
  let thoughts = makeThinkFilter({ quotes: showsThinking });
  let links = makeLinkFilter(base);
  let files: AnswerFile[] = [];
  let hasText = false;

  const pass = (text: string): void | Promise<void> => {
    if (text === "") return undefined;
    hasText = true;
    return sink.delta(text);
  };
  const say = (text: string): void | Promise<void> => pass(links.push(text));
  const sayAnew = (text: string): void | Promise<void> => {
    links = makeLinkFilter(base);
    const shown = links.push(text);
    hasText = shown !== "";
    return sink.replace(shown);
  };

  /** To the files that the text has no link to, each once. */
  const missingLinks = (): string => {
    const missing = new Map<string, string>();
    for (const file of files) {
      const url = links.absolute(file.url);
      if (!links.hasLinkTo(url)) missing.set(url.replace(/\?.*/, ""), linkTo(file, url));
    }
    return [...missing.values()].join("\n\n");
  };

  return {
    take: (event) => {
      switch (event.type) {
        case "delta": {
          const { text, replacesAll } = thoughts.push(event.text);
          return replacesAll ? sayAnew(text) : say(text);
        }
        case "replace":
          thoughts = makeThinkFilter({ quotes: showsThinking });
          files = [];
          return sayAnew(thoughts.push(event.text).text);
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
