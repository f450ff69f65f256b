import { randomBytes } from "node:crypto";
import { runSteps, type StepPorts } from "../command/steps.ts";
import type { GivenApp } from "../deploy/fill-secret.ts";
import { makeCallServer } from "../smoke/call.ts";
import { makeSmokeTest } from "../smoke/smoke-test.ts";

export interface SmokeResult {
  readonly passed: boolean;
  readonly lines: readonly string[];
}

/** The steps that the emulator can answer: it does not stream responses of functions. */
const isAnswered = (name: string): boolean => name !== "chat";

/** Runs the smoke test at the URL, with a bot that the Dify app at `difyUrl` answers for. */
export const smoke = async (
  url: string,
  app: GivenApp,
  difyUrl: string,
  { now, describeError }: Omit<StepPorts, "print">,
): Promise<SmokeResult> => {
  const lines: string[] = [];
  const options = { ...app, url, dify: { apiUrl: difyUrl, apiKey: "app-demo" }, isLocal: true };
  const { steps, cleanUp } = makeSmokeTest(options, {
    callServer: makeCallServer(options),
    // Neither it nor the app is used anywhere else.
    addSecret: () => {},
    newId: () => randomBytes(4).toString("hex"),
  });
  const print = (line: string): void => void lines.push(line);
  const passed = await runSteps(
    steps.filter(({ name }) => isAnswered(name)),
    { print, now, describeError },
  );
  await cleanUp().catch((error: unknown) =>
    print(`The test bot could not be deleted: ${describeError(error)}`),
  );
  return { passed, lines };
};
