export interface ReceivedChunk {
  readonly seq: number;
  readonly content: string;
  readonly complete: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A message as a user's client would show it. */
export interface ImMessage {
  readonly messageUID: string;
  readonly fromUserId: string;
  readonly channelType: "PERSON" | "GROUP";
  readonly targetId: string;
  readonly objectName: string;
  readonly text: string;
  /** Of a stream message; empty for an ordinary one. */
  readonly chunks: readonly ReceivedChunk[];
  readonly complete: boolean;
  readonly completeReason: number | undefined;
}

/** What happens in the IM, as it happens. */
export interface ImEvent {
  readonly message: ImMessage;
  /** What came to the message just now. */
  readonly added: string;
}
