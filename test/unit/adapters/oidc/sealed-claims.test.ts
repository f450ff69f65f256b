import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodeProtectedHeader } from "jose";
import * as v from "valibot";
import { makeSealedClaims } from "#adapters/oidc/sealed-claims.ts";
import type { NamedKey } from "#adapters/secrets/app-secrets.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const keyOf = (id: string, fill: number): NamedKey => ({ id, key: Buffer.alloc(32, fill) });
const clock = makeTestClock();
const lifeMs = 60_000;

const sealer = (
  change: {
    keys?: readonly [NamedKey, ...NamedKey[]];
    readKeys?: () => Promise<readonly [NamedKey, ...NamedKey[]]>;
    purpose?: string;
    issuer?: string;
    clientId?: string;
  } = {},
) => {
  const { keys = [keyOf("k1", 1)], purpose = "session", issuer = "https://idp", clientId = "c" } = change;
  const { readKeys = async () => keys } = change;
  return makeSealedClaims({
    keys: readKeys,
    purpose,
    issuer,
    clientId,
    lifeMs,
    schema: v.object({ subject: v.string() }),
    clock,
  });
};

const claims = { subject: "person-1" };

describe("claims that a browser keeps", () => {
  test("come back as they were, until their time is over", async () => {
    const { seal, open } = sealer();
    const sealed = await seal(claims);
    expect(sealed).not.toContain("person-1");
    expect(await open(sealed)).toEqual(claims);
    await clock.advance(lifeMs - 1_000);
    expect(await open(sealed)).toEqual(claims);
    await clock.advance(1_000);
    expect(await open(sealed)).toBeUndefined();
  });

  test.each([
    ["another key", { keys: [keyOf("k1", 2)] as const }],
    ["a key of another name", { keys: [keyOf("k2", 1)] as const }],
    ["another provider", { issuer: "https://other" }],
    ["another client", { clientId: "d" }],
    ["another purpose", { purpose: "sign-in" }],
  ])("are not opened with %s", async (_what, change) => {
    expect(await sealer(change).open(await sealer().seal(claims))).toBeUndefined();
  });

  test("stay valid while their key is replaced, and new ones are sealed with the first key", async () => {
    const [older, newer] = [keyOf("k1", 1), keyOf("k2", 2)];
    const sealed = await sealer({ keys: [older] }).seal(claims);
    const during = sealer({ keys: [newer, older] });
    expect(await during.open(sealed)).toEqual(claims);
    expect(decodeProtectedHeader(await during.seal(claims))).toMatchObject({ kid: "k2", enc: "A256GCM" });
    expect(await sealer({ keys: [newer] }).open(sealed)).toBeUndefined();
  });

  test("are not taken for expired while the keys cannot be read", async () => {
    const sealed = await sealer().seal(claims);
    const { open } = sealer({ readKeys: () => Promise.reject(new Error("Secrets Manager is down")) });
    await expect(open(sealed)).rejects.toThrow("Secrets Manager is down");
  });

  test("are not opened if a single character is changed, and any other text opens nothing", async () => {
    const { seal, open } = sealer();
    const sealed = await seal(claims);
    const changed = fc
      .tuple(fc.nat(sealed.length - 1), fc.constantFrom(..."ABab01-_."))
      .map(([at, character]) => sealed.slice(0, at) + character + sealed.slice(at + 1))
      .filter((text) => Buffer.compare(bytesOf(text), bytesOf(sealed)) !== 0);
    await fc.assert(
      fc.asyncProperty(fc.oneof(changed, fc.string({ unit: "binary" })), async (text) => {
        expect(await open(text)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
    expect(await open("x".repeat(5_000))).toBeUndefined();
  });
});

/** The last character of a part may have bits that no byte uses. */
const bytesOf = (text: string): Buffer =>
  Buffer.concat(text.split(".").flatMap((part) => [Buffer.from(part, "base64url"), Buffer.from(".")]));
