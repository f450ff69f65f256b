import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeUploadTokens } from "#adapters/secrets/upload-tokens.ts";
import { type UploadOwner, uploadLifeMs } from "#core/chat/sent-file.ts";
import { startMs } from "../../../support/chat/chat-turns.ts";
import { anyApp } from "../../../support/conversations.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { namedKey } from "./apps.ts";

const owner: UploadOwner = {
  appKey: "app-one",
  userId: "u7",
  botUserId: "bot-helpdesk",
  integrationType: "dify_chat",
};
const file = { kind: "image", uploadId: "5d0c6b0a-8f0e-4a6a-9f43-6b1a3c2d1e0f" } as const;

const setUp = (apps = anyApp()) => {
  const clock = makeTestClock(startMs);
  return { clock, tokens: makeUploadTokens({ apps, clock }) };
};

describe("the token of an upload", () => {
  test("gives its owner the file, for an hour", async () => {
    const { clock, tokens } = setUp();
    const token = await tokens.seal(owner, file);
    expect(await tokens.open(owner, token)).toEqual(file);
    await clock.advance(uploadLifeMs - 1);
    expect(await tokens.open(owner, token)).toEqual(file);
    await clock.advance(1);
    expect(await tokens.open(owner, token)).toBeUndefined();
  });

  test("shows nothing of the file's id, fits into a question and stays after a change of keys", async () => {
    const { tokens } = setUp();
    const token = await tokens.seal(
      { ...owner, userId: "u".repeat(64) },
      { ...file, uploadId: "x".repeat(128) },
    );
    expect(token.length).toBeLessThanOrEqual(512);
    expect(Buffer.from(token.split(".")[1] ?? "", "base64").toString("latin1")).not.toContain("xxx");
    const rotated = setUp(anyApp({ dataKeys: [namedKey("d9", 9), namedKey("d1", 1)] })).tokens;
    expect(await rotated.open(owner, await tokens.seal(owner, file))).toEqual(file);
  });

  test.each<Partial<UploadOwner>>([
    { appKey: "app-two" },
    { userId: "u8" },
    { botUserId: "bot-sales" },
    { integrationType: "dify_agent" },
  ])("is of no use with %j", async (other) => {
    const { tokens } = setUp();
    expect(await tokens.open({ ...owner, ...other }, await tokens.seal(owner, file))).toBeUndefined();
  });

  test("cannot be changed or made up", async () => {
    const { tokens } = setUp();
    const token = await tokens.seal(owner, file);
    const changed = fc
      .tuple(fc.nat(token.length - 1), fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 1 }))
      .map(([at, character]) => token.slice(0, at) + character + token.slice(at + 1));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          changed,
          fc.string(),
          fc.string().map((text) => `d1.${text}`),
        ),
        async (forged) => {
          const opened = await tokens.open(owner, forged);
          // Base64 has several spellings of the same bytes.
          const isSame = Buffer.from(forged.slice(3), "base64").equals(Buffer.from(token.slice(3), "base64"));
          expect(opened === undefined || (isSame && forged.startsWith("d1."))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
