import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { ClientConfig } from "../command/bridge.ts";
import { explainAwsError } from "../command/explain-aws-error.ts";

/** The number of concurrent executions that Lambda allows the account in the region, or why it is not known. */
export type AccountLimit = { readonly executions: number } | { readonly unknown: string };

const timeoutMs = 20_000;

/** Asks Lambda for the limit, which needs the permission `lambda:GetAccountSettings`. Never rejects. */
export const readAccountLimit = async (aws: ClientConfig = {}): Promise<AccountLimit> => {
  const client = new LambdaClient(aws);
  try {
    const abortSignal = AbortSignal.timeout(timeoutMs);
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand(), { abortSignal });
    const executions = AccountLimit?.ConcurrentExecutions ?? 0;
    return executions > 0 ? { executions } : { unknown: "Lambda's answer does not contain it" };
  } catch (error) {
    return { unknown: explainAwsError(error) };
  } finally {
    client.destroy();
  }
};
