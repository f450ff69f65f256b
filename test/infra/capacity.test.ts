import { beforeAll, describe, expect, test } from "@jest/globals";
import { type Synthesised, synthesise } from "../support/synthesised.ts";

let prod: Synthesised;
let dev: Synthesised;
let small: Synthesised;
beforeAll(() => {
  prod = synthesise({ production: true });
  dev = synthesise();
  small = synthesise({ production: true, accountConcurrency: 10 });
}, 60_000);

const functionsOf = ({ templates }: Synthesised) =>
  [templates.api, templates.messaging].flatMap((template) =>
    Object.entries(template.findResources("AWS::Lambda::Function")).map(([id, { Properties }]) => ({
      name: id.replace(/Function[0-9A-F]{8}$/, ""),
      ...Properties,
    })),
  );
const reservedIn = (deployment: Synthesised) =>
  Object.fromEntries(
    functionsOf(deployment).flatMap(({ name, ReservedConcurrentExecutions: reserved }) =>
      reserved === undefined ? [] : [[name, reserved]],
    ),
  );
const variablesOf = (deployment: Synthesised, wanted: string): Record<string, string> =>
  functionsOf(deployment).find(({ name }) => name === wanted)?.Environment.Variables ?? {};
const mappedIn = ({ templates }: Synthesised) =>
  Object.fromEntries(
    Object.entries(templates.messaging.findResources("AWS::Lambda::EventSourceMapping")).map(
      ([id, { Properties }]) => [
        id.replace(/FunctionAliaslive(Jobs|Restarts)[0-9A-F]{8}$/, "$1"),
        Properties.ScalingConfig.MaximumConcurrency,
      ],
    ),
  );

describe("production", () => {
  test("reserves executions for callbacks, and bounds chats by a reservation", () => {
    expect(reservedIn(prod)).toEqual({ ImCallback: 100, ChatStream: 300 });
    expect(variablesOf(prod, "ChatStream").SLOTS_IN_TOTAL).toBe("");
  });

  test("in a new account with ten executions leaves two for callbacks: chats are bounded by a count", () => {
    expect(reservedIn(small)).toEqual({});
    // The starter takes milliseconds, and only turns of dead workers are restarted.
    expect(mappedIn(small)).toEqual({
      TurnStarterJobs: 2,
      TurnWorkerJobs: 3,
      TurnWorkerRestarts: 2,
      WebhookWorkerJobs: 2,
    });
    expect(variablesOf(small, "ChatStream").SLOTS_IN_TOTAL).toBe("3");
  });
});

test("another stage reserves nothing, and bounds chats by a count", () => {
  expect(reservedIn(dev)).toEqual({});
  expect(variablesOf(dev, "ChatStream").SLOTS_IN_TOTAL).toBe("300");
});

test.each([
  ["TurnWorker", "75", "50"],
  ["WebhookWorker", "75", "50"],
  ["ChatStream", "225", "150"],
])("%s gives one app three quarters of its executions, and one bot half", (name, perApp, perBot) => {
  expect(variablesOf(prod, name)).toMatchObject({ SLOTS_PER_APP: perApp, SLOTS_PER_BOT: perBot });
});

test("the turn worker bounds a user's turns", () => {
  expect(variablesOf(prod, "TurnWorker").SLOTS_PER_USER).toBe("10");
});
