import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { docSections } from "../../../../console/src/pages/turns/turn/doc-section.ts";
import { projectRoot } from "../../../support/local-run.ts";

test.each(Object.entries(docSections))("the section for %s turns exists", (_, { file, heading }) => {
  const headings = readFileSync(`${projectRoot}/${file}`, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("#"))
    .map((line) => line.replace(/^#+ /, ""));
  expect(headings).toContain(heading);
});
