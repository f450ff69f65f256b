import * as v from "valibot";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const identifier = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

const messageSchema = v.object({
  MessageGroupId: v.optional(v.string()),
  MessageDeduplicationId: v.optional(v.string()),
});
const batchSchema = v.object({ Entries: v.array(v.object({ Id: v.string(), ...messageSchema.entries })) });

type Message = v.InferOutput<typeof messageSchema>;

export interface BadIdentifier {
  readonly code: "InvalidParameterValue";
  readonly message: string;
}

/** SQS's error for the identifiers of a SendMessage, if any. */
export const badIdentifierOf = (body: unknown): BadIdentifier | undefined => {
  const parsed = v.safeParse(messageSchema, body);
  return parsed.success ? badIdentifierIn(parsed.output) : undefined;
};

/** SQS's errors for the identifiers of a SendMessageBatch, by entry id. */
export const badIdentifiersByEntry = (body: unknown): Map<string, BadIdentifier> => {
  const parsed = v.safeParse(batchSchema, body);
  const entries = parsed.success ? parsed.output.Entries : [];
  return new Map(
    entries.flatMap((entry): [string, BadIdentifier][] => {
      const bad = badIdentifierIn(entry);
      return bad ? [[entry.Id, bad]] : [];
    }),
  );
};

const badIdentifierIn = (message: Message): BadIdentifier | undefined => {
  for (const name of ["MessageGroupId", "MessageDeduplicationId"] as const) {
    const value = message[name];
    if (value !== undefined && !identifier.test(value)) {
      const reason = `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
      return {
        code: "InvalidParameterValue",
        message: `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`,
      };
    }
  }
  return undefined;
};
