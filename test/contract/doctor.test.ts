import { beforeEach, describe, expect, test } from "@jest/globals";
import { consoleSettings } from "../support/console-settings.ts";
import { run } from "../support/local-run.ts";
import { type StageToCheck, secretWith, startStage } from "./stage-to-check.ts";

const withConsole = {
  console: {
    ...consoleSettings,
    allowedGroups: [],
    groupsClaim: "groups",
    scopes: ["openid"],
    sessionHours: 8,
  },
};
let stage: StageToCheck;
beforeEach(async () => {
  stage = await startStage();
});

describe("npm run doctor -- --stage dev", () => {
  test("finds nothing wrong with a stage that works, and leaves nothing behind", async () => {
    const { lines, secrets, passed } = await stage.diagnose({ apps: ["app-one"] });
    const { bridge, im } = stage;
    expect(lines).toEqual([
      "ok       credentials   account 123456789012, region eu-west-1, as user/ops",
      "ok       stacks        4 complete",
      "ok       secret        bot-bridge-dev-apps has app-one",
      `ok       address       ${bridge.url}/dev`,
      "ok       keys          each app's signature is accepted, and a wrong one refused",
      "ok       models        2 answer from here, each to its bot's key",
      `ok       im            ${im.url} accepts each app's signature`,
      "ok       queues        turns: 0 waiting, 0 in progress, the oldest 3 s old; webhooks: 0 waiting, 0 in progress, the oldest 3 s old",
      "ok       dead letters  none",
      "ok       alarms        2, none in ALARM",
      "ok       callbacks     7 in the last hour",
    ]);
    expect(passed).toBe(true);
    expect(im.messages()).toEqual([]);
    expect(secrets.toSorted()).toEqual(["app-of-the-bot", "secret-of-app-one", "sk-of-the-bot"]);
  });

  test("says which app of the settings the secret lacks", async () => {
    const { lines, passed } = await stage.diagnose({ apps: ["app-one", "app-two"] });
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^problem {2}secret {8}bot-bridge-dev-apps lacks app-two, which the setting apps/,
      ),
    );
    expect(passed).toBe(false);
  });

  test.each([
    ["has no keys for sessions", {}, "has no valid console.sessionKeys: nobody can sign in"],
    [
      "has a key that is too short",
      { console: { sessionKeys: [{ id: "k1", key: "c2hvcnQ=" }] } },
      "has no valid console.sessionKeys.0.key: nobody can sign in",
    ],
  ])("says that the console does not work, if its secret %s", async (_what, part, expected) => {
    const { aws, app } = stage;
    aws.account.secrets["bot-bridge-dev-apps"] = JSON.stringify({ ...JSON.parse(secretWith(app)), ...part });
    const { lines, passed } = await stage.diagnose(withConsole);
    expect(lines).toContainEqual(
      expect.stringContaining(`problem  secret        bot-bridge-dev-apps ${expected}`),
    );
    expect(passed).toBe(false);
  });

  test("does not ask for keys of sessions that the console has", async () => {
    const { aws, app } = stage;
    const sessionKeys = [{ id: "k1", key: Buffer.alloc(32, 7).toString("base64") }];
    aws.account.secrets["bot-bridge-dev-apps"] = JSON.stringify({
      ...JSON.parse(secretWith(app)),
      console: { sessionKeys },
    });
    const { passed } = await stage.diagnose(withConsole);
    expect(passed).toBe(true);
  });

  test("checks nothing with the credentials of another account", async () => {
    const { lines, passed } = await stage.diagnose({ account: "210987654321" });
    expect(lines).toEqual([
      expect.stringMatching(/^problem {2}credentials {3}stage dev is deployed to account 210987654321 in/),
    ]);
    expect(passed).toBe(false);
  });

  test("ends with code 1 and says how to deploy, if the stage is not deployed", async () => {
    const { aws } = stage;
    for (const name of Object.keys(aws.account.stacks)) delete aws.account.stacks[name];
    const { code, stdout, stderr } = await run([process.execPath, "scripts/doctor.ts", "--stage", "dev"], {
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    }).ended;
    expect({ code, stderr, lines: stdout.trim().split("\n") }).toEqual({
      code: 1,
      stderr: "",
      lines: [
        "ok       credentials   account 123456789012, region eu-west-1, as user/ops",
        "problem  stacks        there is no stack bot-bridge-dev-… in this account and region. To do: npm run deploy -- --stage dev",
      ],
    });
  });
});
