import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as v from "valibot";

const localRun = v.object({
  url: v.string(),
  endpoints: v.object({ dynamodb: v.string(), sqs: v.string() }),
  /** Of the messaging stack, as CloudFormation would give them. */
  outputs: v.record(v.string(), v.string()),
});
const content = v.pipe(v.string(), v.parseJson(), localRun);

/** What another process on this machine needs to reach the parts of a local run. No secret. */
export type LocalRun = v.InferOutput<typeof localRun>;

/** A folder for each user: in a shared /tmp another's could neither be written nor trusted. */
const fileOf = (port: string): string =>
  join(tmpdir(), `dify-bot-bridge-${process.getuid?.() ?? "user"}`, `${port}.json`);

/** Notes a run by its port; gives what takes the note away. One that a killed run left is replaced. */
export const writeRunFile = async (run: LocalRun): Promise<() => Promise<void>> => {
  const file = fileOf(new URL(run.url).port);
  const remove = (): Promise<void> => rm(file, { force: true });
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await remove();
  await writeFile(file, JSON.stringify(v.parse(localRun, run)), { mode: 0o600, flag: "wx" });
  return remove;
};

const answers = async (url: string): Promise<boolean> => {
  try {
    await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return true;
  } catch {
    return false;
  }
};

/** The run at this port, if there is one: the note of a killed run leads to ports where nobody answers. */
export const findRun = async (port: string): Promise<LocalRun | undefined> => {
  const parsed = v.safeParse(content, await readFile(fileOf(port), "utf8").catch(() => ""));
  if (!parsed.success) return undefined;
  const { url, endpoints } = parsed.output;
  const urls = [`${url}/health`, endpoints.sqs, endpoints.dynamodb];
  const areOpen = await Promise.all(urls.map(answers));
  return areOpen.every(Boolean) ? parsed.output : undefined;
};
