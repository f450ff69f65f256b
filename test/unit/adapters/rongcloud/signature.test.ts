import { describe, expect, test } from "@jest/globals";
import { newNonce, signCall } from "#adapters/rongcloud/sign-call.ts";
import { imNoncePrefix, isSignedBy, signatureOf, webhookNoncePrefix } from "#adapters/rongcloud/signature.ts";

// printf %s local-app-secret143141408706337 | sha1sum
const known = {
  secret: "local-app-secret",
  nonce: "14314",
  timestamp: "1408706337",
  signature: "8e42c501f5eee08c07db2c7afb30218f424a6224",
};
const { secret, nonce, timestamp, signature } = known;

describe("RongCloud's signature", () => {
  test("is the hex SHA-1 of secret, nonce and timestamp, as sha1sum computes it", () => {
    expect(signatureOf(secret, nonce, timestamp)).toBe(signature);
  });

  test.each([
    ["lower case", signature],
    ["upper case", signature.toUpperCase()],
    ["mixed case", signature.replace("e", "E")],
  ])("is accepted in %s", (_name, given) => {
    expect(isSignedBy([secret], { nonce, timestamp, signature: given })).toBe(true);
  });

  test.each([
    ["another secret", { secret: "local-app-secreT" }],
    ["another nonce", { nonce: "14315" }],
    ["another timestamp", { timestamp: "1408706338" }],
    ["one digit changed", { signature: `9${signature.slice(1)}` }],
    ["one digit less", { signature: signature.slice(1) }],
    ["one digit more", { signature: `${signature}0` }],
    ["an empty string", { signature: "" }],
    ["base64 for hex", { signature: Buffer.from(signature, "hex").toString("base64") }],
  ])("is rejected with %s", (_name, changed) => {
    const given = { ...known, ...changed };
    expect(isSignedBy([given.secret], given)).toBe(false);
  });

  test("is rejected if a non-ASCII letter replaces a hex digit: it would pass as a new request", () => {
    // U+0161, whose low byte is that of `a`.
    expect(isSignedBy([secret], { nonce, timestamp, signature: signature.replace("a", "š") })).toBe(false);
  });

  test("is accepted under each of two secrets during a rotation, and under no third", () => {
    const given = { nonce, timestamp, signature };
    expect(isSignedBy(["new-secret", secret], given)).toBe(true);
    expect(isSignedBy([secret, "new-secret"], given)).toBe(true);
    expect(isSignedBy(["new-secret", "newer-secret"], given)).toBe(false);
  });
});

describe("a call that we sign", () => {
  test("has the documented headers, with a signature over their values", () => {
    expect(signCall({ appKey: "k", secret }, 1_408_706_337_000, nonce)).toEqual({
      "App-Key": "k",
      Nonce: nonce,
      Timestamp: "1408706337000",
      Signature: signatureOf(secret, nonce, "1408706337000"),
    });
  });

  test("has a new nonce each time, of at most the documented 18 characters", () => {
    for (const prefix of ["", webhookNoncePrefix, imNoncePrefix]) {
      const nonces = Array.from({ length: 1000 }, () => newNonce(prefix));
      expect(new Set(nonces).size).toBe(nonces.length);
      expect(nonces.every((each) => each.startsWith(prefix) && each.length <= 18)).toBe(true);
    }
    expect(signCall({ appKey: "k", secret }, 0).Nonce).not.toBe(signCall({ appKey: "k", secret }, 0).Nonce);
  });
});
