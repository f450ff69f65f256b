import type { AnswerEvent } from "./answer.ts";
import { maxFiles, maxReplacements } from "./answer-bounds.ts";
import type { AnswerFile } from "./answer-facts.ts";
import { makeLinkFilter } from "./link-filter.ts";
import { makeThinkFilter } from "./think-filter.ts";

/** Receives an answer's text. A returned promise asks the caller to wait before it sends more. */
export interface TextSink {
  delta(text: string): void | Promise<void>;
  replace(text: string): void | Promise<void>;
}

export interface AnswerPipeOptions {
  /** Returns the link as an absolute URL; see `Model.resolveLink`. */
  readonly resolveLink: (url: string) => string;
  /** Whether the user sees the model's reasoning, as a quote. */
  readonly showThinking: boolean;
  /** Names of the tags around reasoning. Default: those that models use. */
  readonly thinkingTags?: readonly string[] | undefined;
  /** Called once, if the answer exceeds a bound (`answer-bounds.ts`): later events are ignored. */
  readonly onFull?: () => void;
}

export interface AnswerPipe {
  /** Processes an event from the model; ignores events that do not affect the answer's text. */
  push(event: AnswerEvent): void | Promise<void>;
  /** Ends the answer: sends the buffered text, and links to the files that the text does not link to. */
  end(): void | Promise<void>;
}

/** A Markdown link. Spaces and brackets are escaped, since they would end the link. */
const linkTo = ({ kind, name }: AnswerFile, url: string): string => {
  const path = url.replace(/[?#].*/, "");
  const label = name ?? path.slice(path.lastIndexOf("/") + 1);
  const target = url.replaceAll("(", "%28").replaceAll(")", "%29").replaceAll(" ", "%20");
  return `${kind === "image" ? "!" : ""}[${label.replaceAll(/[[\]\n]/g, "")}](${target})`;
};

/**
 * Turns a model's output into the text that the user reads: without reasoning (or with it quoted), with absolute links,
 * and with files as links.
 */
export const makeAnswerPipe = (
  sink: TextSink,
  { resolveLink, showThinking, thinkingTags, onFull }: AnswerPipeOptions,
): AnswerPipe => {
  const newThinkFilter = () => makeThinkFilter({ quotes: showThinking, tags: thinkingTags });
  let thoughts = newThinkFilter();
  let links = makeLinkFilter(resolveLink);
  let files: AnswerFile[] = [];
  let replacements = 0;
  let hasText = false;
  let isFull = false;

  const end = (): void => {
    isFull = true;
    onFull?.();
  };

  const send = (text: string): void | Promise<void> => {
    if (text === "") return undefined;
    hasText = true;
    return sink.delta(text);
  };
  const append = (text: string): void | Promise<void> => send(links.push(text));
  const replace = (text: string): void | Promise<void> => {
    replacements += 1;
    if (replacements > maxReplacements) return end();
    links = makeLinkFilter(resolveLink);
    const visible = links.push(text);
    hasText = visible !== "";
    return sink.replace(visible);
  };

  /** Links to the files that the text does not link to, each once. */
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
      if (isFull) return undefined;
      switch (event.type) {
        case "delta": {
          const { text, replacesAll } = thoughts.push(event.text);
          if (thoughts.isFull) end();
          return replacesAll ? replace(text) : append(text);
        }
        case "replace":
          thoughts = newThinkFilter();
          files = [];
          return replace(thoughts.push(event.text).text);
        case "thought":
          return append(thoughts.pushThought(event.text));
        case "file":
          if (files.length === maxFiles) end();
          else files.push(event.file);
          return undefined;
        default:
          return undefined;
      }
    },
    end: () => {
      const rest = links.push(thoughts.end()) + links.end();
      const appended = missingLinks();
      const gap = appended !== "" && (hasText || rest !== "") ? "\n\n" : "";
      return send(rest + gap + appended);
    },
  };
};
