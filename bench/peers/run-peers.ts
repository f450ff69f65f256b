import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { runInChild } from "../suite/run-in-child.ts";
import { type PeersResult, peersResult } from "./results.ts";

export const runPeers = async (): Promise<PeersResult> =>
  v.parse(peersResult, await runInChild(fileURLToPath(new URL("./main.ts", import.meta.url))));
