import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { closeAfterEach } from "../../support/close-after.ts";
import { type Ended, projectRoot, run } from "../../support/local-run.ts";

const changelog = `# Changelog

## [Unreleased]

## [0.2.0] - 2026-11-27

### Added

- A thing.

## [0.1.0] - 2026-11-24

- The first.

[0.2.0]: https://example.com
`;

const notesOf = (tag: string, { server = "0.2.0", client = "0.2.0" } = {}): Promise<Ended> => {
  const root = mkdtempSync(join(tmpdir(), "release-"));
  closeAfterEach({ close: async () => rmSync(root, { recursive: true }) });
  mkdirSync(join(root, "client"));
  writeFileSync(join(root, "CHANGELOG.md"), changelog);
  writeFileSync(join(root, "package.json"), JSON.stringify({ version: server }));
  writeFileSync(join(root, "client/package.json"), JSON.stringify({ version: client }));
  const rootUrl = pathToFileURL(`${root}/`).href;
  return run([process.execPath, "scripts/release-notes.ts", tag, "--root", rootUrl]).ended;
};

describe("the notes of a release", () => {
  test("are the changelog's section of its version", async () => {
    expect(await notesOf("v0.2.0")).toMatchObject({ code: 0, stdout: "### Added\n\n- A thing.\n" });
  });

  test("are refused where the tag and the packages name different versions", async () => {
    const { code, stderr } = await notesOf("v0.2.0", { server: "0.2.1", client: "0.1.0" });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        "package.json: version must be 0.2.0, got 0.2.1\nclient/package.json: version must be 0.2.0, got 0.1.0\n",
    });
  });

  test("are refused where the changelog does not have the version", async () => {
    const { code, stderr } = await notesOf("v0.3.0", { server: "0.3.0", client: "0.3.0" });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "CHANGELOG.md: has no section [0.3.0] with a date\n",
    });
  });

  test("are refused for a tag that is no version", async () => {
    expect(await notesOf("latest")).toMatchObject({
      code: 1,
      stderr: 'a tag such as v0.2.0 is expected, got "latest"\n',
    });
  });
});

test("this version is in the changelog, and the client has the same", async () => {
  const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
  const { code, stderr } = await run([process.execPath, "scripts/release-notes.ts", version]).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});
