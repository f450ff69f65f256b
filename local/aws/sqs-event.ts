import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import { REGION } from "./template/account.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const sqsEventOf = (messages: readonly Message[], queueArn: string) => ({
  Records: messages.map((message) => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, attributeOf(value)]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: REGION,
  })),
});

const attributeOf = ({ StringValue, BinaryValue, DataType }: MessageAttributeValue) => ({
  stringValue: StringValue,
  binaryValue: BinaryValue && Buffer.from(BinaryValue).toString("base64"),
  stringListValues: [],
  binaryListValues: [],
  dataType: DataType,
});
