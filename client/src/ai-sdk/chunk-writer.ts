import type { FileUIPart, ReasoningUIPart } from "ai";
import type { AnswerEnd, AnswerEvent } from "../answer-event.ts";
import type { AnswerFile } from "../answer-file.ts";
import { replayPart } from "./replay-part.ts";
import { sourceChunk } from "./source-chunk.ts";
import type { BotChunk, BotMessageMetadata, BotMessageParts } from "./ui-message.ts";

/** Writes one run of a turn as chunks of the AI SDK. */
export interface ChunkWriter {
  write(event: AnswerEvent): Iterable<BotChunk>;
  /** The answer failed; what was written stays. `message` is for users. */
  fail(message: string): Iterable<BotChunk>;
}

export interface ChunkWriterOptions {
  /** The message's parts of earlier runs, if the run continues a paused answer. */
  readonly earlier: BotMessageParts;
  /** Whether the page's message has the earlier parts already. */
  readonly hasEarlier: boolean;
  readonly requestId: () => string | undefined;
}

type TextKind = "text" | "reasoning";

/** A wildcard, since the bridge knows a file's kind only. */
const mediaTypes: Readonly<Record<AnswerFile["type"], string>> = {
  image: "image/*",
  audio: "audio/*",
  video: "video/*",
  document: "application/octet-stream",
};

const finishReasonOf = ({ truncated, paused }: AnswerEnd) => {
  if (truncated === "length") return "length";
  if (truncated === "content_filter") return "content-filter";
  return truncated !== null || paused ? "other" : "stop";
};

export const makeChunkWriter = ({ earlier, hasEarlier, requestId }: ChunkWriterOptions): ChunkWriter => {
  let started: BotMessageMetadata = { turn: "", conversation: null };
  // Earlier parts have smaller numbers.
  let parts = earlier.length;
  const newId = (kind: TextKind | "source" | "kept"): string => {
    parts += 1;
    return `${kind}-${parts}`;
  };

  /** The run's reasoning and files, which a replacement of the text does not concern. */
  const kept: (ReasoningUIPart | FileUIPart)[] = [];

  /** A run has one part of text, since the bridge's text is one Markdown document. */
  const open = new Map<TextKind, string>();

  function* append(kind: TextKind, delta: string): Generator<BotChunk> {
    if (delta === "") return;
    let id = open.get(kind);
    if (id === undefined) {
      id = newId(kind);
      open.set(kind, id);
      yield { type: `${kind}-start`, id };
    }
    yield { type: `${kind}-delta`, id, delta };
  }

  function* close(...kinds: readonly TextKind[]): Generator<BotChunk> {
    for (const kind of kinds) {
      const id = open.get(kind);
      if (id !== undefined) yield { type: `${kind}-end`, id };
      open.delete(kind);
    }
  }

  function* end(event: AnswerEnd): Generator<BotChunk> {
    const { stopped, paused, truncated, usage, sources, form, prompt } = event;
    yield* close("reasoning", "text");
    for (const source of sources) yield sourceChunk(source, newId("source"));
    if (form) {
      const data = { ...form, turn: started.turn, prompt, filledIn: null };
      yield { type: "data-form", id: form.id, data };
    }
    yield { type: "finish-step" };
    const messageMetadata = { ...started, stopped, paused, truncated, usage };
    if (!stopped) return yield { type: "finish", finishReason: finishReasonOf(event), messageMetadata };
    yield { type: "message-metadata", messageMetadata };
    yield { type: "abort", reason: "stopped" };
  }

  return {
    write: function* (event) {
      switch (event.type) {
        case "start": {
          const { turn, conversation } = event;
          const id = requestId();
          started = { turn, conversation, ...(id !== undefined && { requestId: id }) };
          yield { type: "start", messageId: turn, messageMetadata: started };
          for (const [index, part] of earlier.entries()) {
            // The form is filled in now; a part with an id that the message has is replaced.
            if (!hasEarlier || part.type === "data-form") yield* replayPart(part, `earlier-${index}`);
          }
          return yield { type: "start-step" };
        }
        case "reasoning": {
          const last = open.has("reasoning") ? kept.at(-1) : undefined;
          if (last?.type === "reasoning") last.text += event.content;
          else if (event.content !== "") kept.push({ type: "reasoning", text: event.content });
          return yield* append("reasoning", event.content);
        }
        case "delta":
          yield* close("reasoning");
          return yield* append("text", event.content);
        case "replace":
          // No chunk replaces text. This one drops all parts of the run; those that are no text are written again.
          open.clear();
          if (event.all) kept.length = 0;
          yield { type: "reset-step" };
          for (const part of kept) yield* replayPart(part, newId("kept"));
          return yield* append("text", event.content);
        case "file": {
          const { type, url, name } = event.file;
          const providerMetadata = { "bot-bridge": { name } };
          const part = { type: "file", url, mediaType: mediaTypes[type], providerMetadata } as const;
          kept.push(part);
          yield* close("reasoning");
          return yield part;
        }
        case "retrying": {
          const { attempt, delayMs, error } = event;
          const reason = error.status === 409 || error.status === 429 ? "busy" : "connection";
          const data = { attempt, delayMs, reason } as const;
          return yield { type: "data-retrying", transient: true, data };
        }
        case "end":
          return yield* end(event);
      }
    },
    fail: function* (errorText) {
      yield* close("reasoning", "text");
      yield { type: "error", errorText };
    },
  };
};
