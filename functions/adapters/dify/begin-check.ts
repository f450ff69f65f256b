import { type Failed, failed } from "#adapters/model-api/failures.ts";
import type { InputCheck } from "./app-parameters.ts";

export interface BeginCheckPorts {
  /** Asks Dify whether it has the conversation that the question continues. */
  readonly findConversation: (signal: AbortSignal) => Promise<"found" | "lost" | "unknown">;
  /** Asks Dify whether it accepts the inputs of the question. */
  readonly checkInputs: (signal: AbortSignal) => Promise<InputCheck>;
}

/** Whether a run can begin at all: in the stream, 1.13 to 1.14 report neither an unknown conversation nor refused inputs (A5, A7). */
export interface BeginCheck {
  /** Whether Dify has said that the run can begin. */
  readonly hasPassed: boolean;
  /** Asks what Dify has not answered yet. Resolves with the reason why the run cannot begin, if there is one. */
  ask(signal: AbortSignal): Promise<Failed | undefined>;
}

export const makeBeginCheck = ({ findConversation, checkInputs }: BeginCheckPorts): BeginCheck => {
  let hasConversation = false;
  let areInputsAccepted = false;

  return {
    get hasPassed() {
      return hasConversation && areInputsAccepted;
    },
    ask: async (signal) => {
      if (!hasConversation) {
        const conversation = await findConversation(signal);
        if (conversation === "lost")
          return failed("conversation_lost", false, "Dify does not have the conversation");
        hasConversation = conversation === "found";
      }
      if (!areInputsAccepted) {
        const inputs = await checkInputs(signal);
        if (inputs.status === "refused") return failed("refused", false, inputs.detail);
        areInputsAccepted = inputs.status === "accepted";
      }
      return undefined;
    },
  };
};
