import type { BotChunk, BotMessageParts } from "./ui-message.ts";

/** The chunks that make a message have this part. */
export function* replayPart(part: BotMessageParts[number], id: string): Generator<BotChunk> {
  switch (part.type) {
    case "step-start":
      return yield { type: "start-step" };
    case "text":
    case "reasoning":
      yield { type: `${part.type}-start`, id };
      yield { type: `${part.type}-delta`, id, delta: part.text };
      return yield { type: `${part.type}-end`, id };
    case "file":
    case "source-url":
    case "source-document":
    case "data-form":
      return yield part;
  }
}
