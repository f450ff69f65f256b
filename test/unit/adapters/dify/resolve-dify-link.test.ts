import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { resolveDifyLink } from "#adapters/dify/resolve-dify-link.ts";

const base = "https://dify.example.com/v1";
const file = "/files/tools/a1b2.png?timestamp=1&nonce=2&sign=3%3D";
const whole = `https://dify.example.com${file}`;

describe("a link to a file of Dify", () => {
  test.each([
    ["a path", file],
    ["a path without a slash", file.slice(1)],
    ["a path with a dot", `.${file}`],
    ["the name of a container", `http://api:5001${file}`],
    ["localhost", `http://localhost${file}`],
    ["an address that is not public", `http://10.0.0.7:5001${file}`],
    ["an upload", "/files/0f0e0d0c-0b0a-4908-8706-050403020100/file-preview?sign=1"],
  ])("works from anywhere: %s", (_, link) => {
    expect(resolveDifyLink(base, link)).toBe(
      link.includes("0f0e") ? `https://dify.example.com${link}` : whole,
    );
  });

  test.each([
    ["behind the prefix of an API", `/v1${file}`, `https://dify.example.com/v1${file}`],
    ["behind the console's prefix", `/console/api${file}`, `https://dify.example.com/console/api${file}`],
  ])("keeps its path %s", (_, link, resolved) => {
    expect(resolveDifyLink(base, link)).toBe(resolved);
  });

  test("at a Dify of one's own network keeps another address of it", () => {
    const link = `http://10.0.0.8:5001${file}`;
    expect(resolveDifyLink("http://10.0.0.7/v1", link)).toBe(link);
  });
});

describe("any other link", () => {
  test.each([
    "https://example.com/files/tools/a.png",
    "http://api:5001/other",
    "/about",
    "files",
    "#top",
    "mailto:ann@example.com",
  ])("stays as it is: %s", (link) => {
    expect(resolveDifyLink(base, link)).toBe(link);
  });

  test("is never an error, whatever it is", () => {
    fc.assert(
      fc.property(fc.string(), fc.domain(), (text, host) => {
        expect(typeof resolveDifyLink(base, text)).toBe("string");
        expect(resolveDifyLink(text, `/files/tools/${text}`)).toEqual(expect.any(String));
        const url = `https://${host}/${encodeURIComponent(text.toWellFormed())}`;
        expect(resolveDifyLink(base, url)).toBe(url);
      }),
    );
  });
});
