import { fileURLToPath } from "node:url";
import { makeDocument } from "./document.ts";

/** The path of the generated document, and its expected content. */
export const documentFile = fileURLToPath(new URL("../functions/about/openapi.json", import.meta.url));
export const documentText = (): string => `${JSON.stringify(makeDocument(), null, 2)}\n`;
