import { readFileSync } from "node:fs";

const page = new URL("../../docs/security.md", import.meta.url);

/** The tests that docs/security.md names as holding its promises: paths of files and folders, relative to the project root. */
export const namedTests = (): readonly string[] => {
  const paths = readFileSync(page, "utf8").match(/(?<=`)test\/[\w./-]+(?=`)/g) ?? [];
  return [...new Set(paths)];
};
