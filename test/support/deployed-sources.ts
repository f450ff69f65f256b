import { execFileSync } from "node:child_process";

/** The TypeScript files that run in a deployment or in a user's browser, relative to the repository. */
export const deployedSources = (): string[] =>
  execFileSync("git", ["ls-files", "functions/**/*.ts", "client/src/**/*.ts", "console/**/*.ts"], {
    encoding: "utf8",
  })
    .trim()
    .split("\n");
