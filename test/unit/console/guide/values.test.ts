import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { addressOf, isCallable } from "../../../../console/src/pages/guide/bridge-address.ts";
import { countDone, nextStep, parseProgress } from "../../../../console/src/pages/guide/progress.ts";
import { initialValues, isSecret, parseEdited } from "../../../../console/src/pages/guide/values.ts";

interface OneStep {
  readonly id: string;
}

const steps: readonly [OneStep, ...OneStep[]] = [{ id: "one" }, { id: "two" }, { id: "three" }];

test("whatever a browser has kept, the page opens", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (kept) => {
      for (const value of Object.values(parseEdited(kept))) expect(typeof value).toBe("string");
      for (const state of Object.values(parseProgress(kept))) expect(["done", "failed"]).toContain(state);
    }),
  );
});

test("a reload keeps the progress and the edited values", () => {
  const kept = JSON.parse(JSON.stringify({ botId: "bot-7", keyword: "Bestellung" }));
  expect(parseEdited(kept)).toEqual({ botId: "bot-7", keyword: "Bestellung" });
  expect(parseProgress({ one: "done", two: "failed" })).toEqual({ one: "done", two: "failed" });
});

test("only the API key is forgotten when the page closes", () => {
  expect(isSecret("difyKey")).toBe(true);
  expect(isSecret("botId")).toBe(false);
});

test("a local run begins with its simulators, a deployed bridge with what only its operator knows left empty", () => {
  const local = initialValues({
    bridgeUrl: "http://127.0.0.1:3000",
    local: { botId: "bot-demo", userId: "user-001" },
  });
  expect(local).toMatchObject({ webhookUrl: "https://yourserver.com/callback", difyKey: "app-guide" });
  const deployed = initialValues({ bridgeUrl: "https://bots.example.com", local: null });
  expect(deployed).toMatchObject({ webhookUrl: "", difyKey: "", publicUrl: "https://bots.example.com" });
});

test("the guide goes on at the first step that is not done", () => {
  expect(nextStep(steps, {}).id).toBe("one");
  expect(nextStep(steps, { one: "done", two: "failed" }).id).toBe("two");
  expect(nextStep(steps, { one: "done", two: "done", three: "done" }).id).toBe("one");
  expect(countDone(steps, { one: "done", two: "failed", other: "done" })).toBe(1);
});

test.each([
  ["https://bots.example.com/dev/", true],
  ["https://abc.execute-api.eu-west-1.amazonaws.com/dev", true],
  ["http://bots.example.com", false],
  ["http://127.0.0.1:3000", false],
  ["https://localhost:3000", false],
  ["https://[::1]/", false],
  ["bots.example.com", false],
  ["", false],
])("whether RongCloud can call %j: %j", (url, expected) => {
  expect(isCallable(url)).toBe(expected);
});

test("a path can be appended to any address", () => {
  expect(addressOf(" https://bots.example.com/dev// ")).toBe("https://bots.example.com/dev");
});
