import { beforeAll, expect, test } from "@jest/globals";
import { permissionsOf } from "../../local/aws/template/permissions.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { startBridge } from "../support/local-run.ts";
import { type RecordedAws, startRecordedAws } from "../support/recorded-aws.ts";
import { synthesise } from "../support/synthesised.ts";
import { walkedJobs, walkWhole } from "../support/whole-walk.ts";

const deployment = synthesise({ stage: "local" });

/** Functions and resources by the names of their constructs, without CloudFormation's hashes. */
const show = (functionName: string, action: string, resource: string): string => {
  const caller = /-(\w+)Function\w{8}$/.exec(functionName)?.[1];
  const construct = resource
    .split("-")
    .at(-1)
    ?.replace(/[0-9A-F]{8}(?=\.fifo$|$)/, "");
  return `${caller}: ${action} on ${construct}`;
};

/** What is recorded here; the other services' calls do not go through the recording servers. */
const isRecorded = (action: string): boolean => /^(dynamodb|sqs):/.test(action);

const granted = [...permissionsOf(deployment.stacks)].flatMap(([name, permissions]) =>
  permissions
    .filter(({ action }) => isRecorded(action))
    .map(({ action, resource }) => show(name, action, resource)),
);

/** Lambda receives messages with the role of the function that it gives them to. */
const polled = deployment.assembly.eventSourceMappings.flatMap(({ functionName, queueArn }) =>
  ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"].map((action) =>
    show(functionName, `sqs:${action}`, queueArn),
  ),
);

/** Permissions that the walk does not need, each with what the role has it for. */
const notWalked: Readonly<Record<string, string>> = {
  "DeadLetters: sqs:SendMessage on TurnsJobs.fifo": "a turn that is redriven",
  "DeadLetters: sqs:DeleteMessage on TurnsDead.fifo": "the same",
  "DeadLetters: sqs:ChangeMessageVisibility on TurnsDead.fifo":
    "a turn among the dead letters that are listed",
  "DeadLetters: dynamodb:GetItem on Turns": "a dead letter whose job has ended in the meantime, or runs",
  "TurnStarter: sqs:SendMessage on TurnRestartsStarts": "a job whose worker has died",
  "TurnWorker: sqs:ReceiveMessage on TurnsJobs.fifo": "Lambda receives with it during an upgrade from 0.2",
  "TurnWorker: sqs:GetQueueAttributes on TurnsJobs.fifo": "the same",
  "TurnWorker: sqs:SendMessage on TurnsJobs.fifo": "an answer that waits for human input",
  "TurnWorker: sqs:SendMessage on TurnsDead.fifo": "a job that is given up",
  "TurnWorker: dynamodb:GetItem on Guards": "an app, bot or user that has no slot left",
  "UserData: dynamodb:UpdateItem on Conversations": "a conversation in which a turn is in progress",
  "WebhookWorker: dynamodb:GetItem on Guards": "an app or bot that has no slot left",
  "WebhookWorker: dynamodb:BatchGetItem on Guards":
    "the same, of an app or bot with several records of slots",
};

let aws: RecordedAws;
beforeAll(async () => {
  aws = closeAfterAll(await startRecordedAws());
  const bridge = await startBridge({
    DYNAMODB_ENDPOINT: aws.dynamodbEndpoint,
    SQS_ENDPOINT: aws.sqsEndpoint,
  });
  await walkWhole(bridge.url);
  const delivered = () => bridge.stderr().match(/"event":"job_delivered"/g)?.length;
  await eventually(() => expect(delivered()).toBe(walkedJobs));
}, 60_000);

const used = (): Set<string> =>
  new Set(aws.used().map(({ caller, action, resource }) => show(caller, action, resource)));

test("no function calls what its role does not allow", () => {
  expect([...used(), ...polled].filter((each) => !granted.includes(each))).toEqual([]);
});

test("no role allows what nothing calls", () => {
  const called = new Set([...used(), ...polled, ...Object.keys(notWalked)]);
  expect(granted.filter((each) => !called.has(each))).toEqual([]);
});

test("each permission that the walk does not need is one of a role", () => {
  expect(Object.keys(notWalked).filter((each) => !granted.includes(each))).toEqual([]);
});
