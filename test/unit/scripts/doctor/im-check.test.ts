import { expect, test } from "@jest/globals";
import { checkIm } from "../../../../scripts/doctor/im-check.ts";
import type { Answer } from "../../../../scripts/doctor/send.ts";
import { app } from "../../adapters/secrets/apps.ts";

const answers: readonly (readonly [what: string, answer: Answer, level: string])[] = [
  ["accepts the call", { status: 200, text: '{"code":200}' }, "ok"],
  ["refuses the user, and so accepts the signature", { status: 400, text: '{"code":1002}' }, "note"],
  ["refuses the signature", { status: 401, text: '{"code":1004}' }, "problem"],
  ["refuses the signature with another status", { status: 200, text: '{"code":1004}' }, "problem"],
  ["does not know the App Key", { status: 401, text: '{"code":1001}' }, "problem"],
  ["is no IM", { status: 404, text: "<html>" }, "problem"],
  ["fails", { status: 503, text: "" }, "problem"],
  ["does not respond", { status: undefined, reason: "timed out" }, "problem"],
];

test.each(answers)("a server that %s", async (_what, answer, level) => {
  const urls: string[] = [];
  const found = await checkIm("https://api.rong-api.com/", [app()], async ({ url }) => {
    urls.push(url);
    return answer;
  });
  expect([found].flat()).toEqual([expect.objectContaining({ level })]);
  expect(urls).toEqual(["https://api.rong-api.com/user/token/expire.json"]);
});
