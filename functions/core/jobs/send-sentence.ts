import type { JobStore } from "./job-store.ts";
import { type ReceiverFor, receiverLeaseOf, type TurnRun } from "./turn-run.ts";

export interface SendSentencePorts {
  readonly jobs: Pick<JobStore, "claimNotice">;
  readonly receiverFor: ReceiverFor;
}

/** Sends a sentence of our own in place of an answer; false if the IM does not accept it. */
export type SendSentence = (run: TurnRun, sentence: string) => Promise<boolean>;

/** A sentence is sent in one chunk. */
const noCheckpoints = { onOpen: () => {} };

export const makeSendSentence =
  ({ jobs, receiverFor }: SendSentencePorts): SendSentence =>
  async (run, sentence) => {
    const { sink } = receiverFor(run.turn, receiverLeaseOf(run, jobs, noCheckpoints));
    const { status } = await sink.end({ status: "failed", sentence, code: "unavailable", retryable: true });
    return status === "delivered";
  };
