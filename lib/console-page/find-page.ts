import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type CachedBuild, findBuild } from "../build-cache.ts";

/** Inputs of the page, which takes the forms of bots from the functions' schemas. */
export const pageSources = [
  "console/**/*.*",
  "functions/**/*.ts",
  "client/src/**/*.ts",
  "lib/console-page/*.ts",
  "package.json",
  "node_modules/.package-lock.json",
];

/** The console's page as it was built from these sources, for deployments and local runs. */
export const findPage = (): CachedBuild => findBuild({ name: "bot-bridge-console", files: pageSources });

/** The folder of the built page. It is built in a process of its own. */
export const builtPage = (): string => {
  const page = findPage();
  if (!page.exists) {
    const main = fileURLToPath(new URL("./main.ts", import.meta.url));
    execFileSync(process.execPath, [main, page.draft], { stdio: ["ignore", "ignore", "inherit"] });
    page.save();
  }
  return page.folder;
};
