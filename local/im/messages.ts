export interface ReceivedChunk {
  readonly seq: number;
  readonly content: string;
  readonly complete: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A message as clients show it. */
export interface ImMessage {
  readonly messageUID: string;
  readonly fromUserId: string;
  readonly channelType: "PERSON" | "GROUP";
  readonly targetId: string;
  readonly objectName: string;
  readonly text: string;
  /** Chunks of a stream message; empty for others. */
  readonly chunks: readonly ReceivedChunk[];
  readonly complete: boolean;
  readonly completeReason: number | undefined;
}

/** A message that was created or extended. */
export interface ImEvent {
  readonly message: ImMessage;
  /** The text that was added. */
  readonly added: string;
}
