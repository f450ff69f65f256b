import { createHash, createHmac } from "node:crypto";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { Sha256 } from "#adapters/aws/sha256.ts";

const pieces = fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 4 });

test("it is the SHA-256 of all pieces, also after a reset", async () => {
  await fc.assert(
    fc.asyncProperty(pieces, async (given) => {
      const hash = new Sha256();
      const expected = createHash("sha256").update(Buffer.concat(given)).digest("hex");
      for (let round = 0; round < 2; round += 1) {
        for (const piece of given) hash.update(piece);
        expect(Buffer.from(await hash.digest()).toString("hex")).toBe(expected);
        hash.reset();
      }
    }),
  );
});

test("with a secret of any kind it is an HMAC, also if the same bytes are a secret again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 80 }), pieces, async (secret, given) => {
      const expected = createHmac("sha256", secret).update(Buffer.concat(given)).digest("hex");
      const inBuffer = new Uint8Array([0, ...secret, 0]).buffer;
      const kinds = [secret, secret, new DataView(inBuffer, 1, secret.length), new Uint8Array(secret).buffer];
      for (const kind of kinds) {
        const hmac = new Sha256(kind);
        for (const piece of given) hmac.update(piece);
        expect(Buffer.from(await hmac.digest()).toString("hex")).toBe(expected);
      }
    }),
  );
});

test("a secret may be a text", async () => {
  const hmac = new Sha256("AWS4secret ü");
  hmac.update(Buffer.from("20261128"));
  const expected = createHmac("sha256", "AWS4secret ü").update("20261128").digest("hex");
  expect(Buffer.from(await hmac.digest()).toString("hex")).toBe(expected);
});
