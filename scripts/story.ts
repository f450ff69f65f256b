import { readFile } from "node:fs/promises";
import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { makePseudonymOf } from "#adapters/secrets/user-pseudonym.ts";
import { oneLine } from "#core/shared/one-line.ts";
import { runLogOf } from "../local/run-file.ts";
import { localApp } from "../local/secret-value.ts";
import { readSettings } from "../local/settings.ts";
import type { ClientConfig } from "./command/bridge.ts";
import { checkSecret } from "./command/check-secret.ts";
import { describeError } from "./command/describe-error.ts";
import { describeStack, stackNameOf } from "./command/find-stack.ts";
import { readStageConfig } from "./command/stage-config.ts";
import { makeStoredSecret, secretNameOf } from "./command/stored-secret.ts";
import { findStories, type StoryFilter } from "./story/find-stories.ts";
import { type LogLine, parseLogLine } from "./story/log-line.ts";
import { readOptions, type StoryOptions } from "./story/options.ts";
import { readStageLog } from "./story/read-stage-log.ts";
import { readTurns } from "./story/read-turns.ts";
import { storyLines } from "./story/story-lines.ts";
import { type TurnOfReply, withTurns } from "./story/turn-lines.ts";

/** The pseudonyms of a user in the apps' logs. */
const pseudonymsIn = (apps: readonly AppWithKeys[], userId: string): ReadonlySet<string> => {
  const pseudonymOf = makePseudonymOf({
    lastKnown: (appKey) => apps.find((app) => app.appKey === appKey),
  });
  return new Set(apps.map(({ appKey }) => pseudonymOf(appKey, userId)));
};

const appsOfStage = async (stage: string, aws: ClientConfig): Promise<AppWithKeys[]> => {
  const checked = checkSecret((await makeStoredSecret(stage, aws).read()) ?? "");
  if ("invalid" in checked)
    throw new Error(`the secret ${secretNameOf(stage)} is not valid (${checked.invalid}): npm run doctor`);
  return Object.entries(checked.apps).map(([appKey, keys]) => ({ appKey, ...keys }));
};

const readRunLog = async (port: string): Promise<LogLine[]> => {
  const log = await readFile(runLogOf(port), "utf8").catch(() => {
    throw new Error(
      `there is no log of a local run at port ${port}: start one with npm start, or name a --stage`,
    );
  });
  return log.split("\n").flatMap((line) => parseLogLine(line) ?? []);
};

/** The turns in the table of each app. The log alone is an answer too, if the table cannot be asked. */
const turnsOf = async (
  url: string | undefined,
  apps: readonly AppWithKeys[],
  user: string | undefined,
  filter: StoryFilter,
): Promise<TurnOfReply[]> => {
  if (url === undefined) return [];
  const read = async ({ appKey, secrets: [secret] }: AppWithKeys) => {
    try {
      const { turns, notReadBefore } = await readTurns({ url, appKey, secret, user }, filter);
      if (notReadBefore !== undefined)
        console.error(
          `Older turns of ${appKey} are left out: --until ${new Date(notReadBefore).toISOString()} shows them.`,
        );
      return turns;
    } catch (error) {
      console.error(`The turns table was not asked: ${describeError(error)}`);
      return [];
    }
  };
  return (await Promise.all(apps.map(read))).flat();
};

const urlOfStage = async (stage: string, aws: ClientConfig): Promise<string | undefined> => {
  const stack = await describeStack(stackNameOf(stage, "api"), aws).catch(() => undefined);
  return stack?.outputs.Url?.replace(/\/+$/, "");
};

const readLines = async ({ stage, port, user, ...asked }: StoryOptions) => {
  if (stage === undefined) {
    const { appKey, appSecret } = readSettings(process.env);
    const apps = [localApp(appKey, appSecret)];
    const users = user === undefined ? undefined : pseudonymsIn(apps, user);
    const filter: StoryFilter = { ...asked, users };
    const turns = await turnsOf(`http://127.0.0.1:${port}`, apps, user, filter);
    const lines = await readRunLog(port).catch((error: unknown) => {
      if (turns.length > 0) return [];
      throw error;
    });
    return { filter, lines: withTurns(lines, turns) };
  }
  const { aws } = readStageConfig(stage);
  const apps = await appsOfStage(stage, aws);
  const users = user === undefined ? undefined : pseudonymsIn(apps, user);
  const filter: StoryFilter = { ...asked, users };
  const [lines, turns] = await Promise.all([
    readStageLog(stage, filter, aws),
    urlOfStage(stage, aws).then((url) => turnsOf(url, apps, user, filter)),
  ]);
  return { filter, lines: withTurns(lines, turns) };
};

/** Prints what became of the messages that were asked for. Resolves to whether there was any. */
const main = async (args: readonly string[]): Promise<boolean> => {
  const options = readOptions(args, Date.now());
  const { filter, lines } = await readLines(options);
  const stories = findStories(lines, filter);
  for (const line of stories.flatMap(storyLines)) process.stdout.write(`${oneLine(line)}\n`);
  if (stories.length > 0) return true;
  const { user, id, since } = options;
  const what = id ?? user ?? "anybody";
  console.error(
    `Nothing of ${what} since ${new Date(since).toISOString()}: no call reached the bridge, or it was of another app. Check RongCloud's message route, and the App Key.`,
  );
  return false;
};

// A reader such as `head` may close the pipe.
process.stdout.on("error", () => {});

main(process.argv.slice(2)).then(
  (found) => process.exit(found ? 0 : 1),
  (error: unknown) => {
    console.error(describeError(error));
    process.exit(1);
  },
);
