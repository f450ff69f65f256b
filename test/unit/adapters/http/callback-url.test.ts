import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { callbackUrlFault } from "../../../../functions/adapters/http/callback-url.ts";
import { anyText } from "../node/any-text.ts";
import { notations, privateIPv4, publicAddresses, specialIPv4, specialIPv6 } from "./addresses.ts";

const inUrl = (address: string): string =>
  `https://${address.includes(":") ? `[${address}]` : address}/callback`;

describe("a deployed bridge", () => {
  test.each([
    "https://api.dify.ai/v1",
    "https://yourserver.com/callback",
    "https://YourServer.com:8443/callback?tenant=7",
    "https://yourserver.com./callback",
    "https://bücher.example.de/",
    "https://local.example.com/",
    "https://localhost.example.com/",
    "https://home.com/",
    "https://mylocal.io/",
    ...publicAddresses.map(inUrl),
  ])("takes %s", (url) => {
    expect(callbackUrlFault(url, false)).toBeUndefined();
  });

  test.each([
    ["", "must be a URL"],
    ["yourserver.com/callback", "must be a URL"],
    ["//yourserver.com/callback", "must be a URL"],
    ["https://", "must be a URL"],
    ["https://256.256.256.256/", "must be a URL"],
    ["https://[::1", "must be a URL"],
    ["https://your server.com/", "must be a URL"],
    ["http://yourserver.com/callback", "must be an https URL"],
    ["ftp://yourserver.com/", "must be an https URL"],
    ["file:///etc/passwd", "must be an https URL"],
    ["javascript:alert(1)", "must be an https URL"],
    ["data:text/plain,hello", "must be an https URL"],
    ["gopher://127.0.0.1:6379/_INFO", "must be an https URL"],
    ["https://user:secret@yourserver.com/", "must not hold credentials"],
    ["https://user@yourserver.com/", "must not hold credentials"],
    ["https://api.dify.ai@127.0.0.1/", "must not hold credentials"],
    ["https://yourserver.com/callback#part", "must not have a fragment"],
    ["https://localhost/", "must name a public host"],
    ["https://LOCALHOST/", "must name a public host"],
    ["https://localhost./", "must name a public host"],
    ["https://localhost../", "must name a public host"],
    ["https://app.localhost/", "must name a public host"],
    ["https://intranet/", "must name a public host"],
    ["https://metadata.google.internal/computeMetadata/v1/", "must name a public host"],
    ["https://metadata.google.internal./", "must name a public host"],
    ["https://ip-10-0-0-1.ec2.internal/", "must name a public host"],
    ["https://printer.local/", "must name a public host"],
    ["https://nas.lan/", "must name a public host"],
    ["https://wiki.corp/", "must name a public host"],
    ["https://router.home.arpa/", "must name a public host"],
    ["https://host.localdomain/", "must name a public host"],
  ])("refuses %p: it %s", (url, fault) => {
    expect(callbackUrlFault(url, false)).toBe(fault);
  });

  test.each([...specialIPv4, ...specialIPv6])("refuses the address %s: %s", (address) => {
    expect(callbackUrlFault(inUrl(address), false)).toBe("must not name a special address");
  });

  test.each(Object.keys(notations))("refuses any private IPv4 address, %s", (name) => {
    fc.assert(
      fc.property(privateIPv4, fc.constantFrom("", ":8443"), (bytes, port) => {
        const url = `https://${notations[name]?.(bytes)}${port}/callback`;
        expect([url, callbackUrlFault(url, false)]).not.toEqual([url, undefined]);
      }),
    );
  });
});

describe("a bridge on one machine", () => {
  test.each([
    "http://127.0.0.1:5001/v1",
    "http://localhost/callback",
    "https://10.0.0.1/",
    "http://[::1]:80/",
  ])("takes %s", (url) => {
    expect(callbackUrlFault(url, true)).toBeUndefined();
  });

  test.each([
    ["nonsense", "must be a URL"],
    ["file:///etc/passwd", "must be an https URL"],
    ["http://user:secret@127.0.0.1/", "must not hold credentials"],
    ["http://127.0.0.1/#part", "must not have a fragment"],
  ])("refuses %p: it %s", (url, fault) => {
    expect(callbackUrlFault(url, true)).toBe(fault);
  });
});

test("any text at all is taken or refused, without an error, and taken only where it is an https URL", () => {
  const text = fc.oneof(
    anyText,
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    anyText.map((host) => `https://${host}`),
    fc.string().map((host) => `https://${host}/`),
  );
  fc.assert(
    fc.property(text, (given) => {
      if (callbackUrlFault(given, false) === undefined) expect(new URL(given).protocol).toBe("https:");
      callbackUrlFault(given, true);
    }),
  );
});
