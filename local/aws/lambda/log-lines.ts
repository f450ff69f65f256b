import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** Several threads share one log, so each line is written whole. */
export const logLines = (source: Readable, log: Writable): void => {
  createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
    log.write(`${line}\n`);
  });
};
