import { describeStack } from "../command/find-stack.ts";
import type { Step } from "../command/steps.ts";
import { listResources, readFunctions } from "./account.ts";
import { type DeploymentPorts, makeDeployment } from "./deployment.ts";

/** Of `cdk bootstrap`: other stages of an account use it too. */
const toolkit = "stack CDKToolkit";

/** The steps from an empty account to a stage, to a changed one, and to an empty account again. */
export const walkSteps = (ports: DeploymentPorts): readonly Step[] => {
  const { im, emulator } = ports;
  const { aws } = emulator;
  const { cdk, stacks, assemble, steps, smoke } = makeDeployment(ports);
  let before: ReadonlyMap<string, string> = new Map();

  const checkAnswers = async (): Promise<string> => {
    const answers = im.messages().filter(({ complete }) => complete).length;
    if (answers === 0) throw new Error("no answer has reached the IM");
    before = await readFunctions(aws);
    return `${answers} complete at the IM`;
  };

  const checkInPlace = async (): Promise<string> => {
    const after = await readFunctions(aws);
    const kept = [...before.keys()].filter((name) => after.has(name));
    const changed = kept.filter((name) => before.get(name) !== after.get(name));
    if (kept.length !== before.size || after.size !== before.size)
      throw new Error(`${before.size} functions before, ${after.size} after, ${kept.length} the same`);
    if (changed.length === 0) throw new Error("no function has a new environment");
    return `${changed.length} of ${after.size} functions have a new environment, none was replaced`;
  };

  /** The walk would pass without roles too, if the emulator did not enforce them. */
  const checkRefusal = async (): Promise<string> => {
    await cdk("deploy", ...assemble("narrow", { isRoleNarrow: true }), "--require-approval", "never");
    const api = await describeStack(stacks.at(-1) ?? "", aws);
    const { lines } = await smoke(api?.outputs.Url ?? "");
    if (!lines.some((line) => line.startsWith("FAIL create")))
      throw new Error(`the bots' function works without its permissions: ${lines.join("\n")}`);
    return "the bots' function fails without its permissions";
  };

  const destroy = async (): Promise<string> => {
    await cdk("destroy", ...assemble("destroy"), "--force");
    return stacks.join(", ");
  };

  const checkLeftovers = async (): Promise<string> => {
    const left = (await listResources(aws)).filter((each) => each !== toolkit);
    if (left.length > 0) throw new Error(`still there: ${left.join(", ")}`);
    return "no table, queue, secret or function, and no stack but CDKToolkit, which other stages use";
  };

  return [
    { name: "cdk bootstrap", run: () => cdk("bootstrap").then(() => toolkit) },
    ...steps("deploy"),
    { name: "answers", run: checkAnswers },
    ...steps("update", { settings: { userTokenHours: 12 } }),
    { name: "in place", run: checkInPlace },
    { name: "roles", run: checkRefusal },
    { name: "destroy", run: destroy },
    { name: "left", run: checkLeftovers },
  ];
};
