import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as v from "valibot";

/** The number of concurrent executions that Lambda allows the account in the region, or why it is not known. */
export type AccountLimit = { readonly executions: number } | { readonly unknown: string };

export interface AwsCliOptions {
  readonly profile: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

const accountSettings = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    AccountLimit: v.object({ ConcurrentExecutions: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
  }),
);

const timeoutMs = 20_000;

/** What `execFile` rejects with. */
const failure = v.object({
  code: v.nullish(v.union([v.string(), v.number()])),
  killed: v.optional(v.boolean(), false),
  stderr: v.optional(v.string(), ""),
});

/** The CLI's own message: its last line, without the usage that it may print before. */
const reasonOf = (error: unknown): string => {
  const parsed = v.safeParse(failure, error);
  if (!parsed.success) return String(error);
  const { code, killed, stderr } = parsed.output;
  if (code === "ENOENT") return "the AWS CLI is not installed";
  if (killed) return `the AWS CLI did not answer in ${timeoutMs / 1000} s`;
  return stderr.trim().split("\n").at(-1)?.replace(/\.$/, "") || `the AWS CLI ended with code ${code}`;
};

/** Reads the limit with the AWS CLI, which needs the permission `lambda:GetAccountSettings`. Never rejects. */
export const readAccountLimit = async ({ profile, environment }: AwsCliOptions): Promise<AccountLimit> => {
  const { AWS_REGION, AWS_DEFAULT_REGION = AWS_REGION } = environment;
  const args = ["lambda", "get-account-settings", "--output", "json"];
  try {
    const { stdout } = await promisify(execFile)(
      "aws",
      [...args, ...(profile === undefined ? [] : ["--profile", profile])],
      // Version 1 of the CLI does not read AWS_REGION.
      { env: { ...environment, ...(AWS_DEFAULT_REGION && { AWS_DEFAULT_REGION }) }, timeout: timeoutMs },
    );
    const parsed = v.safeParse(accountSettings, stdout);
    return parsed.success
      ? { executions: parsed.output.AccountLimit.ConcurrentExecutions }
      : { unknown: "the AWS CLI's answer has no AccountLimit.ConcurrentExecutions" };
  } catch (error) {
    return { unknown: reasonOf(error) };
  }
};
