import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isPublicAddress, literalAddress } from "#adapters/http/public-address.ts";
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
    ["https://[2001:DB8::1]/", "2001:db8::1"],
    ["https://[::ffff:10.0.0.1]/", "::ffff:a00:1"],
    ["https://1.example.com/", undefined],
    ["https://a.b/", undefined],
  ])("%s is %p", (url, address) => {
    expect(literalAddress(new URL(url))).toBe(address);
  });
});
