import { join } from "node:path";
import type { DifySimulator } from "../../local/dify/server.ts";
import type { ImSimulator } from "../../local/im/server.ts";
import { stackNameOf } from "../command/find-stack.ts";
import type { Step, StepPorts } from "../command/steps.ts";
import { deploySteps } from "../deploy/deploy-stage.ts";
import type { GivenApp } from "../deploy/fill-secret.ts";
import { type AssemblyOptions, writeAssembly } from "./assembly.ts";
import { type Cdk, makeCdk } from "./cdk.ts";
import type { Emulator } from "./emulator.ts";
import { type SmokeResult, smoke } from "./smoke.ts";

export interface DeploymentPorts extends StepPorts {
  readonly emulator: Emulator;
  readonly im: ImSimulator;
  readonly dify: DifySimulator;
  readonly app: GivenApp;
  /** For assemblies. */
  readonly folder: string;
  readonly wait: (ms: number) => Promise<unknown>;
}

/** Another version of the stage: what differs from the first. */
export type Change = Partial<Omit<AssemblyOptions, "outdir">>;

export interface Deployment {
  readonly cdk: Cdk;
  /** The names of the stacks. */
  readonly stacks: readonly string[];
  /** Synthesises the stage. Returns the arguments with which `cdk` takes its stacks from there. */
  readonly assemble: (name: string, change?: Change) => readonly string[];
  /** The steps of `npm run deploy -- --stage dev`. */
  readonly steps: (name: string, change?: Change) => readonly Step[];
  readonly smoke: (url: string) => Promise<SmokeResult>;
}

const stage = "dev";
const stacks = ["data", "messaging", "api"].map((part) => stackNameOf(stage, part));

/** A stage in the emulator, with the simulators of this project as its IM and its models. */
export const makeDeployment = (ports: DeploymentPorts): Deployment => {
  const { emulator, im, dify, app, folder, print, wait } = ports;
  const { aws, addressOf } = emulator;
  const cdk = makeCdk(emulator);

  const assemble = (name: string, { settings = {}, isRoleNarrow = false }: Change = {}) => {
    const outdir = join(folder, name);
    const local = { rongcloudApiUrl: im.url, allowPrivateCallbacks: true };
    writeAssembly({ outdir, settings: { stage, ...local, ...settings }, isRoleNarrow });
    return [...stacks, "--app", outdir];
  };

  const smokeAt = (url: string): Promise<SmokeResult> => smoke(addressOf(url), app, dify.url, ports);

  const runSmoke = async (url: string): Promise<number> => {
    const { passed, lines } = await smokeAt(url);
    for (const line of lines) print(`     ${line}`);
    return passed ? 0 : 1;
  };

  const steps = (name: string, change?: Change): readonly Step[] =>
    deploySteps(
      { stage, context: { stage }, cdkArgs: [], app },
      {
        aws,
        // What to set in RongCloud's console.
        print: () => {},
        // The stage has no domain.
        pointsTo: async () => true,
        askApp: async () => app,
        runCdk: async () => {
          await cdk("deploy", ...assemble(name, change), "--require-approval", "never");
          return 0;
        },
        runSmoke,
        isUp: (url) => fetch(addressOf(url)).then(({ ok }) => ok),
        wait,
      },
    )
      .filter((step) => step.name !== "rongcloud")
      .map((step) => ({ ...step, name: `${name}: ${step.name}` }));

  return { cdk, stacks, assemble, steps, smoke: smokeAt };
};
