import type {
  AnswerEvent,
  AnswerFile,
  BotError,
  InputForm,
  JsonObject,
  Rating,
} from "../../../../client/src/index.ts";

/** Why the answer is not there yet. */
export interface Retry {
  readonly error: BotError;
  readonly attempt: number;
  readonly delayMs: number;
}

/** An answer as far as it has been read. Times are in milliseconds since the question was sent. */
export interface AnswerState {
  readonly phase: "waiting" | "writing" | "done" | "failed";
  readonly text: string;
  readonly reasoning: string;
  readonly files: readonly AnswerFile[];
  readonly sources: readonly JsonObject[];
  readonly usage: JsonObject | null;
  /** For ratings and suggested questions. */
  readonly turn: string | undefined;
  /** An id by which the page Turns finds it. */
  readonly storyId: string | undefined;
  readonly requestId: string | undefined;
  readonly stopped: boolean;
  readonly truncated: string | null;
  readonly paused: boolean;
  readonly form: InputForm | null;
  readonly prompt: string | null;
  readonly firstTextMs: number | undefined;
  readonly endMs: number | undefined;
  /** Set while the client waits to try again. */
  readonly retry: Retry | undefined;
  readonly error: unknown;
  readonly rating: Rating;
}

export const unanswered: AnswerState = {
  phase: "waiting",
  text: "",
  reasoning: "",
  files: [],
  sources: [],
  usage: null,
  turn: undefined,
  storyId: undefined,
  requestId: undefined,
  stopped: false,
  truncated: null,
  paused: false,
  form: null,
  prompt: null,
  firstTextMs: undefined,
  endMs: undefined,
  retry: undefined,
  error: undefined,
  rating: null,
};

/** The answer after an event that was read `ms` after the question was sent. */
export const applyEvent = (before: AnswerState, event: AnswerEvent, ms: number): AnswerState => {
  if (event.type === "retrying") {
    const { error, attempt, delayMs } = event;
    return { ...before, retry: { error, attempt, delayMs } };
  }
  const state = { ...before, retry: undefined };
  switch (event.type) {
    case "start":
      return { ...state, turn: event.turn, storyId: event.turn };
    case "replace": {
      const again = event.all ? { reasoning: "", files: [] } : {};
      return { ...state, ...again, phase: "writing", text: event.text };
    }
    case "delta":
      return { ...state, phase: "writing", text: event.text, firstTextMs: before.firstTextMs ?? ms };
    case "reasoning":
      return { ...state, phase: "writing", reasoning: event.reasoning };
    case "file":
      return { ...state, phase: "writing", files: [...before.files, event.file] };
    case "end": {
      const { text, stopped, truncated, paused, form, prompt, usage, sources } = event;
      const end = { text, stopped, truncated, paused, form, prompt, usage, sources };
      return { ...state, ...end, phase: "done", endMs: ms };
    }
  }
};

export const failAnswer = (before: AnswerState, error: unknown, ms: number): AnswerState => ({
  ...before,
  phase: "failed",
  retry: undefined,
  error,
  endMs: ms,
});

export const isOpen = ({ phase }: AnswerState): boolean => phase === "waiting" || phase === "writing";
