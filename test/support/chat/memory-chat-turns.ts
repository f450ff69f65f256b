import type { ChatTurn, ChatTurnId, ChatTurnStore, NewChatTurn } from "#core/chat/chat-turn.ts";
import type { Clock } from "#core/shared/clock.ts";

export interface KeptChatTurn extends ChatTurn {
  readonly token: string;
  readonly isStopRequested: boolean;
  readonly isRetryable: boolean;
}

export interface MemoryChatTurns extends ChatTurnStore {
  recordOf(id: ChatTurnId): KeptChatTurn | undefined;
  /** The record as another process may have left it. */
  plant(turn: Partial<KeptChatTurn> & NewChatTurn): void;
}

const keyOf = ({ appKey, turn }: ChatTurnId): string => JSON.stringify([appKey, turn]);

/** Stores clients' turns as the table does. */
export const makeMemoryChatTurns = (clock: Clock): MemoryChatTurns => {
  const records = new Map<string, KeptChatTurn>();
  const recordOf = (id: ChatTurnId) => records.get(keyOf(id));
  const change = (id: ChatTurnId, isIt: (record: KeptChatTurn) => boolean, to: Partial<KeptChatTurn>) => {
    const record = recordOf(id);
    if (!record || !isIt(record)) return undefined;
    const changed = { ...record, ...to };
    records.set(keyOf(id), changed);
    return changed;
  };
  const fresh = {
    state: "running",
    attempt: 1,
    heldUntil: 0,
    replayUntil: undefined,
    reference: undefined,
    inputHash: undefined,
    token: "nobody's",
    isStopRequested: false,
    isRetryable: false,
  } as const;
  const isFree = ({ state, heldUntil, replayUntil = 0, isRetryable }: KeptChatTurn): boolean =>
    isRetryable || (state === "running" ? heldUntil : replayUntil) <= clock.now();

  return {
    recordOf,
    plant: (turn) => void records.set(keyOf(turn), { ...fresh, ...turn }),
    begin: async (turn, { token, expiresAt }) => {
      const known = recordOf(turn);
      if (known && !(known.questionHash === turn.questionHash && isFree(known))) {
        return { status: "existing", turn: known };
      }
      const attempt = (known?.attempt ?? 0) + 1;
      records.set(keyOf(turn), { ...fresh, ...turn, token, attempt, heldUntil: expiresAt });
      return { status: "begun", attempt };
    },
    continue: async ({ attempt, inputHash, ...id }, { token, expiresAt }) => {
      const isFreeNow = (record: KeptChatTurn): boolean =>
        record.attempt === attempt && (record.state === "done" || record.heldUntil <= clock.now());
      return change(id, isFreeNow, {
        ...fresh,
        attempt: attempt + 1,
        token,
        inputHash,
        heldUntil: expiresAt,
      })?.attempt;
    },
    renew: async (id, { token, expiresAt }) => {
      const held = change(id, (record) => record.token === token && record.state === "running", {
        heldUntil: expiresAt,
      });
      if (!held) return "lost";
      return held.isStopRequested ? "stop" : "run";
    },
    saveReference: async ({ integrationType, ...id }, token, reference) =>
      void change(id, (record) => record.token === token, { reference, integrationType }),
    end: async ({ integrationType, ...id }, token, ended) =>
      void change(id, (record) => record.token === token, { state: "done", integrationType, ...ended }),
    discard: async (id, token) =>
      void change(id, (record) => record.token === token && record.state === "running", {
        heldUntil: 0,
        token: "nobody's",
      }),
    find: async (id) => recordOf(id),
    requestStop: async (id, { userId, botUserId }) =>
      change(id, (record) => record.userId === userId && record.botUserId === botUserId, {
        isStopRequested: true,
      }),
  };
};
