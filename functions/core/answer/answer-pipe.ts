import type { AnswerEvent } from "./answer.ts";
import { maxFiles, maxReplacements } from "./answer-bounds.ts";
import type { AnswerFile } from "./answer-facts.ts";
import { makeLinkFilter } from "./link-filter.ts";
import { makeThinkFilter } from "./think-filter.ts";

/** Receives an answer's text. A returned promise asks the caller to wait before it sends more. */
export interface TextSink {
  delta(text: string): void | Promise<void>;
  /** `all`: the answer begins again, so the reasoning so far is void, too. */
  replace(text: string, all: boolean): void | Promise<void>;
  /** Receives the next part of the model's reasoning, which is then not quoted in the text. */
  reasoning?(text: string): void | Promise<void>;
  /** Receives a file that the text does not link to, which is then not linked at its end. Its URL has been resolved. */
  file?(file: AnswerFile): void | Promise<void>;
}

export interface AnswerPipeOptions {
  /** Returns the link as an absolute URL; see `Model.resolveLink`. */
  readonly resolveLink: (url: string) => string;
  /** Whether the user sees the model's reasoning: as a quote, unless the sink receives it on its own. */
  readonly showThinking: boolean;
  /** Names of the tags around reasoning. Default: those that models use. */
  readonly thinkingTags?: readonly string[] | undefined;
  /** Called once, if the answer exceeds a bound (`answer-bounds.ts`): later events are ignored. */
  readonly onFull?: () => void;
}

export interface AnswerPipe {
  /** Processes an event from the model; ignores events that do not affect the answer's text. */
  push(event: AnswerEvent): void | Promise<void>;
  /** Ends the answer: sends the buffered text, and the files that the text does not link to, or links to them. */
  end(): void | Promise<void>;
}

/** A Markdown link. Spaces and brackets are escaped, since they would end the link. */
const linkTo = ({ kind, name, url }: AnswerFile): string => {
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
  /** Reasoning that comes before the text that is about to be sent. */
  let thought = "";
  let hasSentThought = false;
  const onThought =
    showThinking && sink.reasoning
      ? (text: string): void => {
          thought += text;
        }
      : undefined;
  const newThinkFilter = () =>
    makeThinkFilter({ quotes: showThinking && !onThought, onThought, tags: thinkingTags });
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
  const replace = (text: string, all: boolean): void | Promise<void> => {
    replacements += 1;
    if (replacements > maxReplacements) return end();
    links = makeLinkFilter(resolveLink);
    const visible = links.push(text);
    hasText = visible !== "";
    return sink.replace(visible, all);
  };

  const sendThought = (): void | Promise<void> => {
    if (thought === "") return undefined;
    const text = thought;
    thought = "";
    hasSentThought = true;
    return sink.reasoning?.(text);
  };

  /** Sends both in order, and at once. */
  const sendBoth = (
    sendFirst: () => void | Promise<void>,
    sendSecond: () => void | Promise<void>,
  ): void | Promise<void> => {
    const first = sendFirst();
    const second = sendSecond();
    return first && second ? Promise.all([first, second]).then(() => {}) : (second ?? first);
  };
  const sendAfterThought = (sendText: () => void | Promise<void>): void | Promise<void> =>
    sendBoth(sendThought, sendText);

  /** The files that the text does not link to, each once. */
  const unlinkedFiles = (): readonly AnswerFile[] => {
    const unlinked = new Map<string, AnswerFile>();
    for (const file of files) {
      const url = resolveLink(file.url);
      if (!links.hasLinkTo(url)) unlinked.set(url.replace(/\?.*/, ""), { ...file, url });
    }
    return [...unlinked.values()];
  };

  const sendFiles = async (
    unlinked: readonly AnswerFile[],
    textSent: void | Promise<void>,
  ): Promise<void> => {
    await textSent;
    for (const file of unlinked) await sink.file?.(file);
  };

  return {
    push: (event) => {
      if (isFull) return undefined;
      switch (event.type) {
        case "delta": {
          const { text, replacesAll } = thoughts.push(event.text);
          if (thoughts.isFull) end();
          return sendAfterThought(() => (replacesAll ? replace(text, false) : append(text)));
        }
        case "replace": {
          thoughts = newThinkFilter();
          files = [];
          const replacement = thoughts.push(event.text).text;
          // The thoughts in the replacement come after it, since it ends those before.
          return sendBoth(() => replace(replacement, hasSentThought), sendThought);
        }
        case "thought": {
          const text = thoughts.pushThought(event.text);
          return sendAfterThought(() => append(text));
        }
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
      const unlinked = unlinkedFiles();
      if (sink.file)
        return sendFiles(
          unlinked,
          sendAfterThought(() => send(rest)),
        );
      const appended = unlinked.map(linkTo).join("\n\n");
      const gap = appended !== "" && (hasText || rest !== "") ? "\n\n" : "";
      return sendAfterThought(() => send(rest + gap + appended));
    },
  };
};
