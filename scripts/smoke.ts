import { randomBytes } from "node:crypto";
import { BotError } from "../client/src/index.ts";
import { makeCallServer } from "./smoke/call.ts";
import { readOptions } from "./smoke/options.ts";
import { takeSteps } from "./smoke/steps.ts";
import { makeWalk } from "./smoke/walk.ts";
import { withoutSecrets } from "./smoke/without-secrets.ts";

// Walks RongCloud's guide against a bridge, deployed or local, and says of each step whether it went well.

/** What a client is told when an answer fails is for its user: the code says more. */
const messageOf = (error: unknown): string => {
  if (error instanceof BotError) return `${error.status ?? ""} ${error.code}: ${error.message}`.trim();
  return error instanceof Error && error.message !== "" ? error.message : String(error);
};

const main = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2), process.env);
  const secrets = [options.appSecret, options.dify?.apiKey ?? ""];
  const say = (line: string): void => void process.stdout.write(`${withoutSecrets(line, secrets)}\n`);
  const walk = makeWalk(options, {
    callServer: makeCallServer(options),
    keepSecret: (secret) => secrets.push(secret),
    newId: () => randomBytes(4).toString("hex"),
  });
  const wentWell = await takeSteps(walk.steps, { say, now: () => performance.now(), explain: messageOf });
  await walk.tidy().catch((error: unknown) => say(`the bot is left: ${messageOf(error)}`));
  if (!options.isLocal && options.dify === undefined)
    say("No bot was asked: DIFY_API_URL and DIFY_API_KEY say which Dify may be.");
  process.exitCode = wentWell ? 0 : 1;
};

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exit(1);
});
