import { expect, test } from "@jest/globals";
import * as v from "valibot";
import { callbackFunction } from "../../scripts/doctor/callback-check.ts";
import { messagingOutputs } from "../../scripts/doctor/stack-check.ts";
import { type Synthesised, synthesise } from "../support/synthesised.ts";

const deployed = (): Synthesised["templates"] => synthesise().templates;

test("npm run doctor finds the function for RongCloud's callbacks by its logical id", () => {
  const functions = Object.entries(deployed().api.findResources("AWS::Lambda::Function"));
  const found = functions.filter(([logicalId]) => callbackFunction.test(logicalId));
  expect(found.map(([, { Properties }]) => Properties.Description)).toEqual([
    expect.stringMatching(/callback/i),
  ]);
}, 60_000);

test("npm run doctor finds its outputs in the stacks that are deployed", () => {
  const { messaging, api } = deployed();
  const outputs = Object.keys(messaging.findOutputs("*")).map((name) => [name, "a value"]);
  expect(v.is(messagingOutputs, Object.fromEntries(outputs))).toBe(true);
  expect(Object.keys(api.findOutputs("*"))).toContain("Url");
}, 60_000);
