import { fileURLToPath } from "node:url";
import { makeDocument } from "./document.ts";

/** Where the document is kept, and what it should hold. */
export const documentFile = fileURLToPath(new URL("../functions/about/openapi.json", import.meta.url));
export const documentText = (): string => `${JSON.stringify(makeDocument(), null, 2)}\n`;
