import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { type PageFiles, readPageFiles } from "../../../../functions/console/page-files.ts";
import { pageReply } from "../../../../functions/console/page-reply.ts";
import { compressFiles } from "../../../../lib/console-page/compress-files.ts";
import { closeAfterAll } from "../../../support/close-after.ts";

const script = "export const answer = 42;\n".repeat(200);
let files: PageFiles;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "bot-bridge-page-"));
  closeAfterAll({ close: () => rmSync(folder, { recursive: true }) });
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html>");
  writeFileSync(join(folder, "assets/main-1a.js"), script);
  writeFileSync(join(folder, "assets/font-2b.woff2"), Buffer.alloc(5_000, 7));
  compressFiles(folder);
  files = await readPageFiles(folder);
});

describe("the page's files", () => {
  test("are those of the build, without the compressed copies", () => {
    expect([...files.keys()].sort()).toEqual(["assets/font-2b.woff2", "assets/main-1a.js", "index.html"]);
    for (const path of [
      "assets/main-1a.js.br",
      "../package.json",
      "assets",
      "assets/",
      "assets/%6dain-1a.js",
    ])
      expect(pageReply(files, path, undefined)).toBeUndefined();
  });

  test.each([
    ["gzip, deflate, br, zstd", "br", brotliDecompressSync],
    ["gzip, deflate", "gzip", gunzipSync],
    ["br;q=0, gzip;q=0.5", "gzip", gunzipSync],
  ] as const)("are sent to a browser that accepts %s as %s", (header, encoding, decode) => {
    const reply = pageReply(files, "assets/main-1a.js", header);
    expect(reply?.headers).toMatchObject({ "content-encoding": encoding, vary: "accept-encoding" });
    const body = Buffer.isBuffer(reply?.body) ? reply.body : Buffer.alloc(0);
    expect(body.length).toBeLessThan(500);
    expect(decode(body).toString()).toBe(script);
  });

  test.each([undefined, "", "identity", "brotli", "br;q=0.000"])("are sent as they are for %j", (header) => {
    const reply = pageReply(files, "assets/main-1a.js", header);
    expect(reply?.headers).not.toHaveProperty("content-encoding");
    expect(String(reply?.body)).toBe(script);
  });

  test("that are named by their contents are kept by the browser, and the page is not", () => {
    const headersOf = (path: string) => pageReply(files, path, "br")?.headers;
    expect(headersOf("assets/font-2b.woff2")).toEqual({
      "content-type": "font/woff2",
      "cache-control": "private, max-age=31536000, immutable",
    });
    expect(headersOf("index.html")).toEqual({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
    });
  });
});
