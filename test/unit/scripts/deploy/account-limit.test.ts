import { expect, test } from "@jest/globals";
import { readAccountLimit } from "../../../../scripts/deploy/account-limit.ts";
import { startAws } from "../../../support/aws.ts";
import { closeAfterEach } from "../../../support/close-after.ts";

test("the limit is asked of Lambda", async () => {
  const { config } = closeAfterEach(await startAws({ concurrency: 10 }));
  expect(await readAccountLimit(config)).toEqual({ executions: 10 });
});

test.each([
  ["the caller may not ask", undefined, "not authorized"],
  ["the answer does not contain it", 0, "Lambda's answer does not contain it"],
])("the limit is unknown if %s", async (_why, concurrency, unknown) => {
  const { config } = closeAfterEach(await startAws({ concurrency }));
  expect(await readAccountLimit(config)).toEqual({ unknown });
});
