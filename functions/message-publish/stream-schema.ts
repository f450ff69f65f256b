import * as v from "valibot";
import { userId } from "#adapters/rongcloud/message-fields.ts";
import { maxContentBytes } from "#core/message/message-content.ts";
import { idRule, integerBetween, issueAt, trueOrFalse } from "#core/shared/rules.ts";

interface ChunkContent {
  content: string;
  seq: number;
  complete: boolean;
  completeReason?: number;
  messageUID?: string;
}

/** The first field that does not go with `seq` and `complete`, and its rule. */
const faultOf = ({ seq, complete, completeReason, messageUID }: ChunkContent) => {
  if (seq === 1 && messageUID !== undefined) {
    return { field: "messageUID", rule: "must be absent in the first chunk (seq 1)" } as const;
  }
  if (seq > 1 && messageUID === undefined) {
    return { field: "messageUID", rule: "is required after the first chunk (seq 1)" } as const;
  }
  if (!complete && completeReason !== undefined) {
    return { field: "completeReason", rule: "is allowed in the last chunk only (complete: true)" } as const;
  }
  return undefined;
};

const checkPosition = v.rawCheck<ChunkContent>(({ dataset, addIssue }) => {
  const fault = dataset.typed ? faultOf(dataset.value) : undefined;
  if (dataset.typed && fault) addIssue(issueAt(dataset.value, [fault.field], fault.rule));
});

const streamFields = {
  fromUserId: userId,
  objectName: v.literal("RC:StreamMsg", "must be RC:StreamMsg"),
  content: v.pipe(
    v.object(
      {
        content: v.pipe(
          v.string("must be a string"),
          v.maxBytes(maxContentBytes, `at most ${maxContentBytes} bytes`),
          v.metadata({ description: `The text that is added, at most ${maxContentBytes} bytes.` }),
        ),
        seq: integerBetween(1, Number.MAX_SAFE_INTEGER),
        complete: trueOrFalse,
        completeReason: v.exactOptional(integerBetween(0, Number.MAX_SAFE_INTEGER)),
        messageUID: v.exactOptional(idRule),
      },
      "must be an object",
    ),
    checkPosition,
  ),
};

/** One chunk of a stream message (docs/spec/rongcloud.md, section 8). The IM checks how it goes with the chunks before. */
export const privateChunkSchema = v.object({ ...streamFields, toUserId: userId });

export const groupChunkSchema = v.object({ ...streamFields, toGroupId: userId });
