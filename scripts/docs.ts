import { writeFileSync } from "node:fs";
import { generatedPages } from "./docs/generated-pages.ts";

for (const { file, expected } of generatedPages()) writeFileSync(file, expected);
