import { expect, test } from "@jest/globals";
import { makePseudonymOf } from "#adapters/secrets/user-pseudonym.ts";
import { app, appsOf, namedKey } from "./apps.ts";

test("a user has one name in an app, which stays when a newer data key is added, and another in another app", () => {
  const before = makePseudonymOf(appsOf(app(), app({ appKey: "app-two", dataKeys: [namedKey("d9", 9)] })));
  const rotated = makePseudonymOf(appsOf(app({ dataKeys: [namedKey("d2", 2), namedKey("d1", 1)] })));
  const name = before("app-one", "u7");
  expect(name).toMatch(/^[\w-]{12}$/);
  expect(before("app-one", "u7")).toBe(name);
  expect(rotated("app-one", "u7")).toBe(name);
  expect(before("app-one", "u8")).not.toBe(name);
  expect(before("app-two", "u7")).not.toBe(name);
  expect(before("app-three", "u7")).toBe("unknown");
});
