import { createWriteStream } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as v from "valibot";

const localRun = v.object({
  url: v.string(),
  endpoints: v.object({ dynamodb: v.string(), sqs: v.string() }),
  /** Outputs of the messaging stack, as CloudFormation returns them. */
  outputs: v.record(v.string(), v.string()),
});
const content = v.pipe(v.string(), v.parseJson(), localRun);

/** The addresses that other processes on this machine need to reach a local run's services. Contains no secrets. */
export type LocalRun = v.InferOutput<typeof localRun>;

/** One folder per user: in a shared /tmp, another user's folder is not writable and not trustworthy. */
const fileOf = (port: string, extension: "json" | "log" = "json"): string =>
  join(tmpdir(), `dify-bot-bridge-${process.getuid?.() ?? "user"}`, `${port}.${extension}`);

/** The log of the run at a port, also of one that has ended, until another begins there. */
export const runLogOf = (port: string): string => fileOf(port, "log");

const maxLogBytes = 50 * 1024 * 1024;

/** Keeps a run's log for `npm run story`, up to a limit. Resolves to a function that adds a line. */
export const openRunLog = async (port: string): Promise<(line: string) => void> => {
  const file = runLogOf(port);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await rm(file, { force: true });
  const log = createWriteStream(file, { flags: "wx", mode: 0o600 });
  // The disk may be full. The run goes on without its log.
  log.on("error", () => {});
  return (line) => {
    if (log.bytesWritten < maxLogBytes) log.write(line);
  };
};

/**
 * Writes the run's file, named by its port, and replaces one left by a killed run. Resolves to a function that removes
 * it.
 */
export const writeRunFile = async (run: LocalRun): Promise<() => Promise<void>> => {
  const file = fileOf(new URL(run.url).port);
  const remove = (): Promise<void> => rm(file, { force: true });
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await remove();
  await writeFile(file, JSON.stringify(v.parse(localRun, run)), { mode: 0o600, flag: "wx" });
  return remove;
};

const isReachable = async (url: string): Promise<boolean> => {
  try {
    await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return true;
  } catch {
    return false;
  }
};

/**
 * Finds the run at this port. Undefined if there is none, or if its file was left by a killed run and its servers do
 * not respond.
 */
export const findRun = async (port: string): Promise<LocalRun | undefined> => {
  const parsed = v.safeParse(content, await readFile(fileOf(port), "utf8").catch(() => ""));
  if (!parsed.success) return undefined;
  const { url, endpoints } = parsed.output;
  const urls = [`${url}/health`, endpoints.sqs, endpoints.dynamodb];
  const reachable = await Promise.all(urls.map(isReachable));
  return reachable.every(Boolean) ? parsed.output : undefined;
};
