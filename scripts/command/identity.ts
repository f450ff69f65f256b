import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Config } from "../../lib/config.ts";
import type { ClientConfig } from "./bridge.ts";
import { explainAwsError } from "./explain-aws-error.ts";

/** Whom AWS takes the caller for. */
export interface Identity {
  readonly account: string;
  readonly region: string;
  readonly arn: string;
}

/** @throws Error with one line that says what to do, if there are no valid credentials or no region. */
export const readIdentity = async (aws: ClientConfig = {}): Promise<Identity> => {
  const client = new STSClient(aws);
  try {
    const region = await client.config.region();
    const { Account: account = "", Arn: arn = "" } = await client.send(new GetCallerIdentityCommand());
    return { account, region, arn };
  } catch (error) {
    throw new Error(explainAwsError(error), { cause: error });
  } finally {
    client.destroy();
  }
};

export const describeIdentity = ({ account, region, arn }: Identity): string =>
  `account ${account}, region ${region}, as ${arn.split(":").at(-1)}`;

/** @throws Error if the stage's settings fix another account or region than the credentials have. */
export const checkPlace = (
  { stage, account, region }: Pick<Config, "stage" | "account" | "region">,
  actual: Identity,
): void => {
  const wanted = { account: account ?? actual.account, region: region ?? actual.region };
  if (wanted.account === actual.account && wanted.region === actual.region) return;
  throw new Error(
    `stage ${stage} is deployed to account ${wanted.account} in ${wanted.region}, but the credentials are for ${actual.account} in ${actual.region}: set AWS_PROFILE and AWS_REGION`,
  );
};
