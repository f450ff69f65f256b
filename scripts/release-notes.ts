import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

// Prints the changelog's section of a version, for the release's page: npm run release-notes -- v0.2.0
// Fails where the tag, package.json, client/package.json and CHANGELOG.md do not name the same version.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { root: { type: "string", default: new URL("..", import.meta.url).href } },
});
const read = (file: string): string => readFileSync(new URL(file, values.root), "utf8");

/** The text below `## [version] - date`, up to the next version or the links at the end. */
const sectionOf = (changelog: string, version: string): string | undefined => {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((each) => each.startsWith(`[${version}] - `));
  return section
    ?.replace(/^.*\n/, "")
    .replace(/^\[[^\]]+\]: .*$/gm, "")
    .trim();
};

const problemsWith = (version: string, notes: string | undefined): string[] => {
  const versions = ["package.json", "client/package.json"].map((file) => {
    const { version: found }: { version: string } = JSON.parse(read(file));
    return found === version ? [] : [`${file}: version must be ${version}, got ${found}`];
  });
  return [...versions.flat(), ...(notes ? [] : [`CHANGELOG.md: has no section [${version}] with a date`])];
};

const version = /^v?(\d+\.\d+\.\d+)$/.exec(positionals[0] ?? "")?.[1];
if (version === undefined) {
  console.error(`a tag such as v0.2.0 is expected, got ${JSON.stringify(positionals[0] ?? "")}`);
  process.exit(1);
}
const notes = sectionOf(read("CHANGELOG.md"), version);
const problems = problemsWith(version, notes);
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(notes);
