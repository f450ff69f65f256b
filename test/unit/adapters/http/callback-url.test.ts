import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { callbackUrlFault } from "#adapters/http/callback-url.ts";
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
    "HTTPS://YOURSERVER.COM/",
    "https://yourserver.com",
    "https://yourserver.com:65535?tenant=7&next=%2Fa%0d%0a",
    "https://yourserver.com/路径/😀?q=[1]|{2}",
    "https://xn--bcher-kva.example.de/",
    "https://a_b.example.com/",
    "https://192.168.1.1.example.com/",
    "https://1.1/",
    "https://bücher.example.de/",
    "https://local.example.com/",
    "https://localhost.example.com/",
    "https://home.com/",
    "https://mylocal.io/",
    ...publicAddresses.map(inUrl),
  ])("accepts %s", (url) => {
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
    ["https://yourserver.com:65536/", "must be a URL"],
    ["https://yourserver.com:443:443/", "must be a URL"],
    ["https://127.0.0.1%20/", "must be a URL"],
    ["https://localhost%00.example.com/", "must be a URL"],
    ["https://[fe80::1%25eth0]/", "must be a URL"],
    ["https://1.2.3.4.5/", "must be a URL"],
    ["https://your\tserver.com/", "must not contain spaces, control characters or backslashes"],
    ["https://127.0.0.1\n/", "must not contain spaces, control characters or backslashes"],
    ["\r\nhttps://yourserver.com/", "must not contain spaces, control characters or backslashes"],
    ["https://yourserver.com/v1 ", "must not contain spaces, control characters or backslashes"],
    ["https://yourserver.com/v1\u0000", "must not contain spaces, control characters or backslashes"],
    ["https://yourserver.com/\u00a0", "must not contain spaces, control characters or backslashes"],
    ["https:\\\\127.0.0.1\\", "must not contain spaces, control characters or backslashes"],
    ["https://127.0.0.1\\@yourserver.com/", "must not contain spaces, control characters or backslashes"],
    ["https://yourserver.com\\@127.0.0.1/", "must not contain spaces, control characters or backslashes"],
    ["http://yourserver.com/callback", "must be an https URL"],
    ["ftp://yourserver.com/", "must be an https URL"],
    ["file:///etc/passwd", "must be an https URL"],
    ["javascript:alert(1)", "must be an https URL"],
    ["data:text/plain,hello", "must be an https URL"],
    ["gopher://127.0.0.1:6379/_INFO", "must be an https URL"],
    ["wss://yourserver.com/", "must be an https URL"],
    ["blob:https://yourserver.com/1", "must be an https URL"],
    ["https://user:secret@yourserver.com/", "must not contain credentials"],
    ["https://user@yourserver.com/", "must not contain credentials"],
    ["https://api.dify.ai@127.0.0.1/", "must not contain credentials"],
    ["https://:secret@yourserver.com/", "must not contain credentials"],
    ["https://api.dify.ai%2F@127.0.0.1/", "must not contain credentials"],
    ["https://yourserver.com/callback#part", "must not have a fragment"],
    ["https:127.0.0.1", "must not be a private or reserved IP address"],
    ["https:///127.0.0.1/", "must not be a private or reserved IP address"],
    ["https://0/", "must not be a private or reserved IP address"],
    ["https://[::]:8443/", "must not be a private or reserved IP address"],
    ["https://[0:0:0:0:0:FFFF:127.0.0.1]/", "must not be a private or reserved IP address"],
    ["https://169.254.169.254.:443/", "must not be a private or reserved IP address"],
    ["https://169%2e254%2e169%2e254/", "must not be a private or reserved IP address"],
    ["https://169。254。169。254/", "must not be a private or reserved IP address"],
    ["https://①⑥⑨.②⑤④.①⑥⑨.②⑤④/", "must not be a private or reserved IP address"],
    ["https://169.254.169.254../", "must have a public host name"],
    ["https://yourserver..com/", "must have a public host name"],
    ["https://.yourserver.com/", "must have a public host name"],
    ["https://./", "must have a public host name"],
    ["https://localhost/", "must have a public host name"],
    ["https://LOCALHOST/", "must have a public host name"],
    ["https://localhost./", "must have a public host name"],
    ["https://localhost../", "must have a public host name"],
    ["https://app.localhost/", "must have a public host name"],
    ["https://LocalHost%2e/", "must have a public host name"],
    ["https://%6c%6f%63%61%6c%68%6f%73%74/", "must have a public host name"],
    ["https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "must have a public host name"],
    ["https://loca\u00adlhost/", "must have a public host name"],
    ["https://localhost。/", "must have a public host name"],
    ["https://intranet/", "must have a public host name"],
    ["https://metadata.google.internal/computeMetadata/v1/", "must have a public host name"],
    ["https://metadata.google.internal./", "must have a public host name"],
    ["https://metadata。google。internal/", "must have a public host name"],
    ["https://instance-data/latest/meta-data/", "must have a public host name"],
    ["https://kubernetes.default.svc.cluster.local/", "must have a public host name"],
    ["https://host.docker.internal/", "must have a public host name"],
    ["https://ip-10-0-0-1.ec2.internal/", "must have a public host name"],
    ["https://printer.local/", "must have a public host name"],
    ["https://nas.lan/", "must have a public host name"],
    ["https://wiki.corp/", "must have a public host name"],
    ["https://router.home.arpa/", "must have a public host name"],
    ["https://host.localdomain/", "must have a public host name"],
  ])("rejects %p: it %s", (url, fault) => {
    expect(callbackUrlFault(url, false)).toBe(fault);
  });

  test.each([...specialIPv4, ...specialIPv6])("rejects the address %s: %s", (address) => {
    expect(callbackUrlFault(inUrl(address), false)).toBe("must not be a private or reserved IP address");
  });

  test.each(Object.keys(notations))("rejects any private IPv4 address, %s", (name) => {
    fc.assert(
      fc.property(privateIPv4, fc.constantFrom("", ":8443"), (bytes, port) => {
        const url = `https://${notations[name]?.(bytes)}${port}/callback`;
        expect([url, callbackUrlFault(url, false)]).not.toEqual([url, undefined]);
      }),
    );
  });
});

describe("a local bridge", () => {
  test.each([
    "http://127.0.0.1:5001/v1",
    "http://localhost/callback",
    "https://10.0.0.1/",
    "http://[::1]:80/",
  ])("accepts %s", (url) => {
    expect(callbackUrlFault(url, true)).toBeUndefined();
  });

  test.each([
    ["nonsense", "must be a URL"],
    ["file:///etc/passwd", "must be an https URL"],
    ["http://user:secret@127.0.0.1/", "must not contain credentials"],
    ["http://127.0.0.1:5001/v1\n", "must not contain spaces, control characters or backslashes"],
    ["http://127.0.0.1/#part", "must not have a fragment"],
  ])("rejects %p: it %s", (url, fault) => {
    expect(callbackUrlFault(url, true)).toBe(fault);
  });
});

test("any string is accepted or rejected without throwing, and accepted only if it is an https URL", () => {
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
