import { describe } from "@jest/globals";
import { namedKey } from "../unit/adapters/secrets/apps.ts";
import { testFaults } from "./stage-faults.ts";
import { secretWith } from "./stage-to-check.ts";

const secretName = "bot-bridge-dev-apps";
/** As CloudFormation generates it. */
const generated = "{x9~P&7mQ!r2]Zs*4dT%8vW+6yU-3bN=";

const withoutSecret = [
  "note     keys          not checked: it needs the secret",
  "note     models        not checked: it needs the messaging stack and the secret",
  "note     im            not checked: it needs the secret",
];

describe("npm run doctor -- --stage dev, for stacks and the secret", () => {
  testFaults([
    [
      "the last deployment failed",
      ({ aws }) => {
        aws.account.stacks["bot-bridge-dev-data"] = { status: "UPDATE_ROLLBACK_COMPLETE" };
      },
      [
        "problem  stacks        bot-bridge-dev-data is UPDATE_ROLLBACK_COMPLETE: its last deployment failed. To do",
      ],
    ],
    [
      "a stack is being deployed",
      ({ aws }) => {
        aws.account.stacks["bot-bridge-dev-data"] = { status: "UPDATE_IN_PROGRESS" };
      },
      ["note     stacks        bot-bridge-dev-data is being deployed (UPDATE_IN_PROGRESS)"],
    ],
    [
      "only a part is deployed",
      ({ aws }) => {
        for (const part of ["messaging", "api", "observability"])
          delete aws.account.stacks[`bot-bridge-dev-${part}`];
        aws.account.alarms = [];
      },
      [
        "problem  stacks        bot-bridge-dev-messaging does not exist. To do: npm run deploy -- --stage dev",
        "problem  stacks        bot-bridge-dev-api does not exist",
        "problem  stacks        bot-bridge-dev-observability does not exist",
        "note     address       not checked: it needs the api stack",
        "note     keys          not checked: it needs the api stack",
        "note     models        not checked: it needs the messaging stack and the secret",
        "note     queues        not checked: it needs the messaging stack",
        "note     dead letters  not checked: it needs the messaging stack",
        "problem  alarms        there are none. To do: npm run deploy -- --stage dev",
        "note     callbacks     not checked: it needs the api stack",
      ],
    ],
    [
      "an older version is deployed",
      ({ aws }) => {
        aws.account.stacks["bot-bridge-dev-messaging"] = { outputs: { TurnsQueueUrl: "https://sqs" } };
        aws.account.stacks["bot-bridge-dev-api"] = {};
      },
      [
        "problem  stacks        bot-bridge-dev-messaging lacks outputs of this version. To do: npm run deploy",
        "problem  stacks        bot-bridge-dev-api has no output Url",
        "note     address",
        "note     keys",
        "note     models",
        "note     queues",
        "note     dead letters",
        "note     callbacks",
      ],
    ],
    [
      "the secret does not exist",
      ({ aws }) => {
        delete aws.account.secrets[secretName];
      },
      ["problem  secret        bot-bridge-dev-apps does not exist. To do: npm run deploy", ...withoutSecret],
    ],
    [
      "the secret is not filled in",
      ({ aws }) => {
        aws.account.secrets[secretName] = generated;
      },
      [
        "problem  secret        bot-bridge-dev-apps has only the value that CloudFormation generated: functions do not start. To do: npm run deploy -- --stage dev",
        ...withoutSecret,
      ],
    ],
    [
      "the secret is not valid",
      ({ aws, app }) => {
        aws.account.secrets[secretName] = secretWith(app).replace('"id":"t1",', "");
      },
      [
        "problem  secret        bot-bridge-dev-apps is not valid (apps.app-one.tokenKeys.0.id): functions do not start",
        ...withoutSecret,
      ],
    ],
    [
      "the secret has no apps",
      ({ aws }) => {
        aws.account.secrets[secretName] = '{"apps":{}}';
      },
      ["problem  secret        bot-bridge-dev-apps has no apps: every call gets 401", ...withoutSecret],
    ],
    [
      "a key of the secret is a placeholder",
      ({ aws, app }) => {
        aws.account.secrets[secretName] = secretWith({ ...app, tokenKeys: [namedKey("t0", 0)] });
      },
      [
        "problem  secret        app-one: token key t0 is not a random key. To do: replace it (docs/deploy.md#",
      ],
    ],
    [
      "the caller may not read the secret",
      ({ aws }) => {
        aws.account.denied.add("GetSecretValue");
      },
      [
        "note     secret        not checked: the secret bot-bridge-dev-apps: not authorized",
        ...withoutSecret,
      ],
    ],
  ]);
});
