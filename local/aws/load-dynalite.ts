import { createRequire } from "node:module";
import type dynalite from "dynalite";
import { type ExpressionParser, rememberExpressions } from "./expression-memory.ts";

interface MemoryLevelModule {
  MemoryLevel: new (options: object) => object;
}

const require = createRequire(createRequire(import.meta.url).resolve("dynalite"));

/**
 * Loads dynalite with tables in memory that keep strings, and with parsers that remember the expressions that they have
 * parsed. By default memory-level keeps slices of buffers, and each pins a buffer of 8 KB or more: 60 KB for a message of a
 * user. And parsing would be the largest part of what a call costs.
 */
const load = (): typeof dynalite => {
  const memoryLevel: MemoryLevelModule = require("memory-level");
  const { MemoryLevel } = memoryLevel;
  memoryLevel.MemoryLevel = class extends MemoryLevel {
    constructor(options: object) {
      super({ ...options, storeEncoding: "utf8" });
    }
  };
  try {
    const startServer: typeof dynalite = require("dynalite");
    for (const file of ["conditionParser", "updateParser"]) {
      const parser: ExpressionParser = require(`./db/${file}`);
      parser.parse = rememberExpressions(parser.parse);
    }
    return startServer;
  } finally {
    memoryLevel.MemoryLevel = MemoryLevel;
  }
};

let loaded: typeof dynalite | undefined;

/** Loads it once: its modules are shared, and each load would wrap the parsers again. */
export const loadDynalite = (): typeof dynalite => {
  loaded ??= load();
  return loaded;
};
