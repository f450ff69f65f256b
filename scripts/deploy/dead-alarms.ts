import type { ClientConfig } from "../command/bridge.ts";
import { explainAwsError, isAccessDenied } from "../command/explain-aws-error.ts";
import { stackNameOf } from "../command/find-stack.ts";
import { listResourceNames } from "../command/stack-resources.ts";
import { readWatchers, type Watcher } from "./watched-names.ts";

/** The stacks whose resources alarms and dashboard watch. */
const watchedParts = ["data", "messaging", "api"];

/** Those that watch resources that do not exist, with these resources only. */
const deadOf = (watchers: readonly Watcher[], existing: ReadonlySet<string>): readonly Watcher[] =>
  watchers
    .map((each) => ({ ...each, watches: [...new Set(each.watches)].filter((name) => !existing.has(name)) }))
    .filter(({ watches }) => watches.length > 0);

const findDead = async (stage: string, aws: ClientConfig) => {
  const watchers = await readWatchers(stage, aws);
  const names = await Promise.all(
    watchedParts.map((part) => listResourceNames(stackNameOf(stage, part), aws)),
  );
  return { watchers, dead: deadOf(watchers, new Set(names.flat())) };
};

/**
 * Compares what the alarms and the dashboard of a stage watch with what its stacks contain: they name it weakly, so that
 * CloudFormation does not (docs/adr/0035-dead-alarms-are-found.md).
 * @throws Error with the commands that repair it, after a line for each alarm that watches nothing.
 */
export const checkAlarms = async (
  stage: string,
  print: (line: string) => void,
  aws: ClientConfig = {},
): Promise<string> => {
  const found = await findDead(stage, aws).catch((error: unknown) => {
    if (isAccessDenied(error)) return { denied: explainAwsError(error) };
    throw new Error(explainAwsError(error), { cause: error });
  });
  if ("denied" in found) return `not checked: ${found.denied}`;
  const { watchers, dead } = found;
  if (dead.length === 0)
    return watchers.length === 0 ? "the stage has none" : "all watch resources that exist";
  for (const { kind, name, watches } of dead)
    print(`  ${kind} ${name} watches what does not exist: ${watches.join(", ")}`);
  throw new Error(
    `create the alarms again: npx cdk destroy ${stackNameOf(stage, "observability")} -c stage=${stage}, then npm run deploy -- --all -c stage=${stage}. Subscribers of the alarms must confirm again`,
  );
};
