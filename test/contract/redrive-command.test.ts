import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeDeadLetters } from "#adapters/sqs/dead-letters.ts";
import { type HttpServer, startHttpServer } from "../../local/http-server.ts";
import { writeRunFile } from "../../local/run-file.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { startCloudFormation } from "../support/cloudformation.ts";
import { type Ended, run } from "../support/local-run.ts";
import { startQueues, type TestQueues, webhookJob } from "./redrive.ts";

let turns: TestQueues;
let webhooks: TestQueues;
let bridge: HttpServer;
let forget: () => Promise<void>;

/** A bridge's outputs; both queues use the same table for their records. */
const outputs = (): Record<string, string> => ({
  TurnsQueueUrl: turns.queueUrl,
  TurnsDeadLettersUrl: turns.deadLettersUrl,
  WebhooksQueueUrl: webhooks.queueUrl,
  WebhooksDeadLettersUrl: webhooks.deadLettersUrl,
  TurnsTable: webhooks.table.tableName,
});

beforeEach(async () => {
  webhooks = closeAfterEach(await startQueues());
  turns = closeAfterEach(await startQueues(webhooks.endpoint));
  bridge = closeAfterEach(
    await startHttpServer(0, async (_request, response) => {
      response.end();
    }),
  );
  const endpoints = { sqs: webhooks.endpoint, dynamodb: webhooks.table.endpoint };
  forget = await writeRunFile({ url: bridge.url, endpoints, outputs: outputs() });
  closeAfterEach({ close: () => forget() });
});

const redrive = (args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> =>
  run([process.execPath, "scripts/redrive.ts", ...args], environment).ended;
const redriveLocal = (...args: string[]): Promise<Ended> => redrive(["--url", bridge.url, ...args]);
const linesOf = ({ stdout }: Ended): string[] => stdout.trimEnd().split("\n");

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;

/** Dead letters of both queues, one of which cannot be parsed. */
const addLetters = async (): Promise<void> => {
  const job = { ...webhookJob("m-turn"), integrationType: "dify_chat" } as const;
  const { client, deadLettersUrl: queueUrl } = turns;
  await makeDeadLetters({ client, queueUrl }).add(job, { reason: "ours", tries: 10 });
  await webhooks.giveUp(webhookJob("m-hook", "u7", { botUserId: "bot-001" }), "HTTP 410\n\u202edrawkcab");
  await webhooks.moveToDead(webhookJob("m-worn", "u8"));
  await webhooks.sendDead("no job");
};

const listed = [
  `^app-one  bot-helpdesk  dify_chat  m-turn  accepted 2026-01-01T00:00:00Z  given up ${time}  attempts 10  ours`,
  `^app-one  bot-001  webhook  m-hook  accepted ${time}  given up ${time}  attempts 7  HTTP 410 drawkcab`,
  `^app-one  bot-helpdesk  webhook  m-worn  accepted ${time}  given up ${time}  attempts unknown  moved by SQS`,
  `^unreadable  message \\S+  given up ${time}  a webhook job is invalid`,
];

describe("npm run redrive", () => {
  test("lists the dead letters of both queues and changes nothing; with --all it redrives those that can be parsed", async () => {
    await addLetters();
    const list = await redriveLocal();
    const expected = [...listed, "^Dead letters: 4\\."].map((line) => expect.stringMatching(line));
    expect(linesOf(list)).toEqual(expected);
    expect({ ...list, stdout: "" }).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await webhooks.takeJobs()).toEqual([]);

    const results = ["redriven", "redriven", "redriven", "skipped: unreadable"];
    const all = await redriveLocal("--all");
    expect(linesOf(all)).toEqual([
      ...listed.map((line, at) => expect.stringMatching(new RegExp(`${line}.*  → ${results[at]}$`))),
      "3 redriven, 0 removed, 1 skipped or failed.",
    ]);
    expect(all.code).toBe(0);
    const sent = (await webhooks.takeJobs()).map(({ event }) => event.data.msgUID);
    expect(sent.sort()).toEqual(["m-hook", "m-worn"]);
    expect((await turns.receive()).map(({ Body }) => Body)).toEqual([expect.stringContaining('"m-turn"')]);

    const rest = [expect.stringMatching(/^unreadable/), expect.stringMatching(/^Dead letters: 1\./)];
    expect(linesOf(await redriveLocal())).toEqual(rest);
  });

  test("redrives those that match and lists no others", async () => {
    await addLetters();
    const { stdout } = await redriveLocal("--integration", "webhook", "--bot", "bot-helpdesk");
    expect(stdout).toMatch(/ m-worn .* → redriven\n1 redriven, 0 removed, 0 skipped or failed\.\n$/);
    expect(stdout).not.toMatch(/m-turn|m-hook|unreadable/);
    expect(await webhooks.takeJobs()).toHaveLength(1);
  });

  test("says so if there are none", async () => {
    expect(await redriveLocal()).toEqual({ code: 0, stdout: "No dead letters.\n", stderr: "" });
  });

  test("fails if one could not be redriven", async () => {
    await webhooks.giveUp(webhookJob("m-1"));
    await forget();
    const endpoints = { sqs: webhooks.endpoint, dynamodb: webhooks.table.endpoint };
    forget = await writeRunFile({
      url: bridge.url,
      endpoints,
      outputs: { ...outputs(), TurnsTable: "no-such" },
    });
    const { code, stdout } = await redriveLocal("--all");
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(/→ failed: \w+/) });
  });
});

describe("npm run redrive -- --stage dev", () => {
  const stackName = "bot-bridge-dev-messaging";
  const environmentOf = (cloudFormation: string): Record<string, string> => ({
    AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation,
    AWS_ENDPOINT_URL_SQS: webhooks.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: webhooks.table.endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  });
  test("redrives the queues that a deployed stack's outputs name", async () => {
    await webhooks.giveUp(webhookJob("m-1"));
    const cloudFormation = closeAfterEach(await startCloudFormation(stackName, outputs()));
    const ended = await redrive(["--stage", "dev", "--all"], environmentOf(cloudFormation.url));
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining("1 redriven"), stderr: "" });
    expect(await webhooks.takeJobs()).toMatchObject([{ redrivenAt: expect.any(Number) }]);
  });

  test.each([
    ["prod", "bot-bridge-prod-messaging: Stack with id bot-bridge-prod-messaging does not exist"],
    ["dev", "the stack bot-bridge-dev-messaging is invalid: TurnsTable"],
  ])("says in one line what is wrong with stage %s", async (stage, line) => {
    const { TurnsTable: _missing, ...others } = outputs();
    const cloudFormation = closeAfterEach(await startCloudFormation(stackName, others));
    const { code, stdout, stderr } = await redrive(["--stage", stage], environmentOf(cloudFormation.url));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(line)]);
  });
});

test.each<[string[], string]>([
  [["--everything"], "Unknown option '--everything'. Usage:"],
  [["--url", "http://127.0.0.1:1"], "No local run responds at http://127.0.0.1:1."],
])("an error in %j is one clear line and exit code 1", async (args, line) => {
  const { code, stdout, stderr } = await redrive(args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(line)]);
});
