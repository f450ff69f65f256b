import type { InboxMessage, InboxStore } from "#core/jobs/inbox.ts";
import type { TurnJob } from "#core/jobs/job.ts";

export interface MemoryInbox extends InboxStore {
  readonly messages: InboxMessage[];
}

/** The messages of one sender. */
export const makeMemoryInbox = (): MemoryInbox => {
  const messages: InboxMessage[] = [];
  return {
    messages,
    add: async ({ event, acceptedAt }: TurnJob) => {
      const isThere = messages.some((each) => each.event.data.msgUID === event.data.msgUID);
      if (!isThere) messages.push({ event, acceptedAt });
    },
    take: async ({ event }, msgUIDs) => {
      const by = event.data.msgUID;
      const isFree = (msgUID: string): boolean =>
        messages.some((each) => each.event.data.msgUID === msgUID && (each.takenBy ?? by) === by);
      if (!msgUIDs.every(isFree)) return false;
      for (const [at, each] of messages.entries())
        if (msgUIDs.includes(each.event.data.msgUID)) messages[at] = { ...each, takenBy: by };
      return true;
    },
  };
};
