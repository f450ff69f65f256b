import * as v from "valibot";
import { withoutTrailingSlashes } from "#adapters/http/base-url.ts";
import type { ClientConfig } from "../command/bridge.ts";
import { type DeployedStack, describeStack, stackNameOf } from "../command/find-stack.ts";
import { type Finding, note, ok, problem } from "./check.ts";
import type { Looked } from "./report.ts";

/** The stacks of a stage, in the order of their deployment (lib/app.ts). */
const parts = ["data", "messaging", "api", "observability"] as const;

export const messagingOutputs = v.object({
  TurnsQueueUrl: v.string(),
  TurnsDeadLettersUrl: v.string(),
  WebhooksQueueUrl: v.string(),
  WebhooksDeadLettersUrl: v.string(),
  BotsTable: v.string(),
});
export type MessagingOutputs = v.InferOutput<typeof messagingOutputs>;

/** What other checks need of the stage's stacks; undefined: not there. */
export interface StageStacks {
  readonly outputs: MessagingOutputs | undefined;
  /** The address of the API, without a trailing slash. */
  readonly url: string | undefined;
}

const isComplete = (status: string): boolean => /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status);
const isInProgress = (status: string): boolean =>
  /_IN_PROGRESS$/.test(status) && !/ROLLBACK|DELETE/.test(status);

const findingOf = (name: string, stack: DeployedStack | undefined, deploy: string): Finding | undefined => {
  if (!stack) return problem(`${name} does not exist`, deploy);
  if (isComplete(stack.status)) return undefined;
  if (isInProgress(stack.status)) return note(`${name} is being deployed (${stack.status})`);
  return problem(
    `${name} is ${stack.status}: its last deployment failed`,
    `find the reason in its events in CloudFormation, and deploy again (docs/deploy.md#if-the-first-deployment-fails)`,
  );
};

/** Checks that all stacks of the stage exist, and that their last deployment is complete. Finds nothing if none exists. */
export const checkStacks = async (stage: string, aws: ClientConfig): Promise<Looked<StageStacks>> => {
  const deploy = `npm run deploy -- --stage ${stage}`;
  const nameOf = (part: string): string => stackNameOf(stage, part);
  const stacks = await Promise.all(parts.map((part) => describeStack(nameOf(part), aws)));
  if (stacks.every((stack) => stack === undefined))
    return {
      findings: problem(`there is no stack ${nameOf("…")} in this account and region`, deploy),
      found: undefined,
    };
  const [, messaging, api] = stacks;
  const outputs = v.safeParse(messagingOutputs, messaging?.outputs);
  const url = api?.outputs.Url;
  const findings = [
    ...parts.map((part, at) => findingOf(nameOf(part), stacks[at], deploy)),
    messaging && !outputs.success && problem(`${nameOf("messaging")} lacks outputs of this version`, deploy),
    api && url === undefined && problem(`${nameOf("api")} has no output Url`, deploy),
  ].filter((finding) => typeof finding === "object");
  return {
    findings: findings.length > 0 ? findings : ok(`${parts.length} complete`),
    found: {
      outputs: outputs.success ? outputs.output : undefined,
      url: url === undefined ? undefined : withoutTrailingSlashes(url),
    },
  };
};
