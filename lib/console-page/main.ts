import { buildPage } from "./build-page.ts";

/** The main module of the process that builds the page for a deployment: `main.ts <folder>`. Synthesis is synchronous, Vite is not. */
const [, , outDir] = process.argv;
if (outDir === undefined) throw new Error("the folder is missing");
await buildPage(outDir);
process.exit(0);
