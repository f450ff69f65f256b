/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html, MessageBody. */
const characterNotAllowed = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/**
 * fauxqs 2.4 rejects every character above U+FFFF, such as emoji, because its regular expression lacks the `u` flag.
 * SQS accepts them and users send them, so this replaces the expression.
 */
export const allowSupplementaryCharacters = async (): Promise<void> => {
  const types = await import(new URL("sqs/sqsTypes.js", import.meta.resolve("fauxqs")).href);
  Object.defineProperty(types.INVALID_MESSAGE_BODY_CHAR, "test", {
    configurable: true,
    value: (body: string) => characterNotAllowed.test(body),
  });
};
