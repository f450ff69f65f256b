import type { OpenMessage } from "#core/im/im-messages.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import type { JobId } from "./job.ts";
import type { JobStore } from "./job-store.ts";

export interface NoteOpenPorts {
  readonly turns: Pick<JobStore, "note">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Each note is a write; what it lags behind, whoever closes the message makes up for by trying. */
const pauseMs = 2_000;

/** Notes the stream message in hand beside its delivery, which never waits: a new one at once, its progress every now and then. */
export const makeNoteOpen =
  ({ turns, clock, log }: NoteOpenPorts) =>
  (id: JobId, token: string) => {
    let noted: string | undefined;
    let nextAt = 0;
    return (open: OpenMessage | undefined): void => {
      // That it has ended stands in the record's own end, or in the next message.
      if (!open || (open.messageUID === noted && clock.now() < nextAt)) return;
      noted = open.messageUID;
      nextAt = clock.now() + pauseMs;
      turns.note(id, token, open).catch((error: unknown) => {
        log.warn("open_message_not_noted", { bot: id.botUserId, msgUID: id.msgUID, reason: String(error) });
      });
    };
  };
