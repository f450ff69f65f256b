import type { LookupAddress, LookupOptions } from "node:dns";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isPublicAddress, literalAddress, lookupPublic } from "#adapters/http/public-address.ts";
import { anyText } from "../node/any-text.ts";
import { privateIPv4, publicAddresses, specialIPv4, specialIPv6 } from "./addresses.ts";

describe("an address", () => {
  test.each(publicAddresses)("%s is public", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([...specialIPv4, ...specialIPv6])("%s is not public: %s", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test("of a private range is not public", () => {
    fc.assert(fc.property(privateIPv4, (bytes) => expect(isPublicAddress(bytes.join("."))).toBe(false)));
  });

  test.each(["", "example.com", "1.2.3.4.5", "256.1.1.1", "[::1]", "8.8.8.8/8", ":::", "fe80::1%eth0"])(
    "that is invalid, such as %p, is not public",
    (text) => {
      expect(isPublicAddress(text)).toBe(false);
    },
  );

  test("is checked without throwing, whatever the string", () => {
    const text = fc.oneof(anyText, fc.ipV4Extended(), fc.ipV6(), fc.stringMatching(/^[\d.:xa-f%]*$/));
    fc.assert(fc.property(text, (given) => expect(typeof isPublicAddress(given)).toBe("boolean")));
  });
});

describe("the address that a URL names", () => {
  test.each([
    ["https://127.0.0.1/", "127.0.0.1"],
    ["https://2130706433:8080/", "127.0.0.1"],
    ["https://0x7f.1/", "127.0.0.1"],
    ["https://[::1]/", "::1"],
    ["https://example.com/", undefined],
    ["https://1.example.com/", undefined],
  ])("%s is %p", (url, address) => {
    expect(literalAddress(new URL(url))).toBe(address);
  });
});

interface Found {
  readonly error: NodeJS.ErrnoException | null;
  readonly address: string | LookupAddress[];
}

const lookUp = (host: string, options: LookupOptions): Promise<Found> =>
  new Promise((resolve) => lookupPublic(host, options, (error, address) => resolve({ error, address })));

// Addresses for names: node:dns answers these without a name server.
describe("looking up a name", () => {
  test("returns a public address, alone or in an array as requested", async () => {
    expect(await lookUp("8.8.8.8", {})).toEqual({ error: null, address: "8.8.8.8" });
    expect(await lookUp("8.8.8.8", { all: true })).toEqual({
      error: null,
      address: [{ address: "8.8.8.8", family: 4 }],
    });
  });

  test.each(["localhost", "127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"])(
    "returns no address for %s",
    async (host) => {
      for (const options of [{}, { all: true }]) {
        const { error, address } = await lookUp(host, options);
        expect(error).toMatchObject({ code: "EADDRNOTPUBLIC" });
        expect(address).toBe("");
      }
    },
  );

  test("reports that a name does not exist", async () => {
    // No resolver is called for a name with an empty label.
    expect((await lookUp("no..name", {})).error).toMatchObject({ syscall: "getaddrinfo" });
  });
});
