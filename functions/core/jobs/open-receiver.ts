import type { AnswerReceiver, EarlierAnswer } from "#core/answer/answer-sink.ts";
import { isContinuable } from "#core/im/continued-delivery.ts";
import {
  type CompleteReason,
  completeReason,
  type MessageRoute,
  type OpenMessage,
  type ReceiverLease,
  replyRouteOf,
} from "#core/im/im-messages.ts";
import type { Log } from "#core/shared/log.ts";
import type { StoryRecorder } from "#core/turn/story-recorder.ts";
import { logWarning } from "./job-lease.ts";
import type { TurnCheckpoints } from "./turn-checkpoints.ts";
import type { ReceiverFor, TurnRun } from "./turn-run.ts";

export interface OpenReceiverPorts {
  readonly receiverFor: ReceiverFor;
  /** Rejects with a BridgeError if the IM does not close the message. */
  readonly closeOpenMessage: (
    route: MessageRoute,
    open: OpenMessage,
    reason: CompleteReason,
  ) => Promise<void>;
  readonly log: Log;
}

type StartedRun = Pick<TurnRun, "turn" | "leased">;

/** Closes a message that an earlier worker left open. An answer starts again in a new message, without waiting for this. */
export type CloseLeftOpen = (
  run: StartedRun,
  open: OpenMessage | undefined,
  reason: CompleteReason,
) => Promise<void>;

export const makeCloseLeftOpen =
  ({ closeOpenMessage, log }: Omit<OpenReceiverPorts, "receiverFor">): CloseLeftOpen =>
  async ({ turn, leased }, open, reason) => {
    if (!open) return;
    const warn = logWarning(log, "message_left_open", leased.job);
    await closeOpenMessage(replyRouteOf(turn), open, reason).catch(warn);
  };

interface OpenedReceiver {
  readonly receiver: AnswerReceiver;
  /** Resolves when a message that an earlier worker left open is closed. */
  readonly closed: () => Promise<void>;
}

interface ReceiverParts {
  readonly lease: ReceiverLease;
  readonly checkpoints: Pick<TurnCheckpoints, "onReference">;
  readonly story: StoryRecorder;
}

/** Opens the receiver of an answer, which goes on where an earlier worker stopped if the model may have the answer. */
export const makeOpenReceiver =
  (receiverFor: ReceiverFor, closeLeftOpen: CloseLeftOpen) =>
  (run: StartedRun, { lease, checkpoints: { onReference }, story }: ReceiverParts): OpenedReceiver => {
    const { open, reference } = run.leased;
    const continued = reference !== undefined && isContinuable(open) ? open : undefined;
    const { restart, ...opened } = receiverFor(run.turn, lease, { open: continued, watch: story });
    const receiver = story.watch({ ...opened, observer: { ...opened.observer, onReference } });
    const { brokenOff, replaced } = completeReason;
    if (reference === undefined) {
      const closing = closeLeftOpen(run, open, brokenOff);
      return { receiver, closed: () => closing };
    }
    let closing = restart ? Promise.resolve() : closeLeftOpen(run, open, replaced);
    const earlier: EarlierAnswer = {
      reference,
      hasText: restart !== undefined,
      restart: () => {
        if (restart) closing = restart().then((left) => closeLeftOpen(run, left, brokenOff));
      },
    };
    return { receiver: { ...receiver, earlier }, closed: () => closing };
  };
