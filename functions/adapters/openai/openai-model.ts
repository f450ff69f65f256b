import { memoryTranscripts } from "#adapters/model-api/memory-transcripts.ts";
import type { Model } from "#core/answer/model.ts";
import { makeAskOpenAi, type OpenAiPorts } from "./ask-openai.ts";
import { makeCheckOpenAi } from "./check-openai.ts";

/** An OpenAI-compatible API of chat completions as a model. */
export const makeOpenAiModel = (ports: OpenAiPorts): Model<"openai"> => {
  const ask = makeAskOpenAi(ports);
  return { ask, check: makeCheckOpenAi(ask, ports), transcripts: memoryTranscripts };
};
