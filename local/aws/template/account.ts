export const REGION = "us-east-1";
export const ACCOUNT = "000000000000";

export const arnOf = (service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** The URL that SQS itself would give; start.ts leads it to the local server. */
export const queueUrlOnAws = (name: string): string =>
  `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;

/** A function's name out of its ARN or of the name itself, with or without a qualifier. */
export const functionNameOf = (reference: string): string => {
  const name = reference.startsWith("arn:") ? reference.split(":")[6] : reference.split(":")[0];
  return name ?? reference;
};
