export const REGION = "us-east-1";
export const ACCOUNT = "000000000000";

export const arnOf = (service: string, resource: string): string =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** The queue URL on AWS. start.ts replaces it with the local server's. */
export const queueUrlOnAws = (name: string): string =>
  `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;

/** The function name in an ARN or a name, with or without a qualifier. */
export const functionNameOf = (reference: string): string => {
  const name = reference.startsWith("arn:") ? reference.split(":")[6] : reference.split(":")[0];
  return name ?? reference;
};
