import { type ParseArgsConfig, type ParseArgsOptionsConfig, parseArgs } from "node:util";
import type * as v from "valibot";
import type { Bridge } from "./bridge.ts";
import { findLocalBridge } from "./find-local-bridge.ts";
import { findStack } from "./find-stack.ts";

/** The bridge that a command works on. */
export interface Target {
  /** Deployed stage; undefined: the local run at `port`. */
  readonly stage: string | undefined;
  readonly port: string;
}

const localHosts = new Set(["127.0.0.1", "localhost", "[::1]"]);

const text = { type: "string" } as const;

/** Reads the command line of one command. Its functions throw an Error with a one-line message for the terminal. */
export const makeCommandLine = (usage: string) => {
  const usageError = (problem: string): Error => new Error(`${problem}. Usage: ${usage}`);

  const tryParse = <C extends ParseArgsConfig>(config: C) => {
    try {
      return parseArgs(config);
    } catch (error) {
      // Node adds sentences on values that start with a dash.
      const [problem = ""] = String(error instanceof Error ? error.message : error).split(/\.\s/);
      throw usageError(problem);
    }
  };

  /** The command's own options, and those that select the bridge. */
  const parse = <O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) => {
    const { values } = tryParse({ args: [...args], options: { ...options, stage: text, url: text } });
    for (const [name, value] of Object.entries(values)) {
      if (value === "") throw usageError(`--${name} must not be empty`);
    }
    return values;
  };

  const portOf = (url: string): string => {
    const { protocol, hostname, port } = URL.parse(url) ?? {};
    if (protocol !== "http:" || hostname === undefined || !localHosts.has(hostname))
      throw usageError("--url must be the URL of a local run on this machine, such as http://127.0.0.1:3001");
    return port || "80";
  };

  const targetOf = ({ stage, url }: { readonly stage?: string; readonly url?: string }): Target => {
    if (stage !== undefined && url !== undefined)
      throw usageError("--stage and --url are mutually exclusive");
    return { stage, port: portOf(url ?? "http://127.0.0.1:3000") };
  };

  return { usageError, parse, targetOf };
};

/** @throws Error with a one-line message for the terminal. */
export const findBridge = <S extends v.GenericSchema>(
  { stage, port }: Target,
  outputs: S,
): Promise<Bridge<v.InferOutput<S>>> =>
  stage === undefined ? findLocalBridge(port, outputs) : findStack(stage, outputs);
