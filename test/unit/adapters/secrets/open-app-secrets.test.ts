import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { describe, expect, test } from "@jest/globals";
import { parse } from "valibot";
import { appSecretsEnv, openAppSecrets } from "#adapters/secrets/open-app-secrets.ts";
import { localClient } from "../../../../local/aws/local-client.ts";
import { readBody, startHttpServer } from "../../../../local/http-server.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const secretId = "bot-bridge-prod-apps";
const namedKey = { id: "k1", key: Buffer.alloc(32, 1).toString("base64") };
const keys = { secrets: ["the-app-secret"], dataKeys: [namedKey], tokenKeys: [namedKey] };
const holding = (...appKeys: readonly string[]): string =>
  JSON.stringify({ apps: Object.fromEntries(appKeys.map((appKey) => [appKey, keys])) });

interface Reply {
  readonly status: number;
  readonly body: object;
}
const value = (SecretString: string): Reply => ({ status: 200, body: { Name: secretId, SecretString } });
const fault = (status: number, __type: string): Reply => ({ status, body: { __type, message: "no" } });

/** Starts a function's apps with a Secrets Manager that gives these replies, repeating the last one. */
const open = async (replies: readonly Reply[], ...expected: readonly string[]) => {
  let calls = 0;
  const server = await startHttpServer(0, async (request, response) => {
    await readBody(request);
    const { status, body } =
      replies[Math.min(calls, replies.length - 1)] ?? fault(500, "InternalServiceError");
    calls += 1;
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
  });
  const client = new SecretsManagerClient({ ...localClient(server.url), maxAttempts: 1 });
  const log = makeMemoryLog();
  const env = { SECRET_ID: secretId, APPS: expected };
  const find = async (appKey: string) => {
    try {
      const apps = await openAppSecrets({ env, clock: makeTestClock(), log, client });
      return await apps.find(appKey);
    } finally {
      client.destroy();
      await server.close();
    }
  };
  return { find, log };
};

const failureOf = async (replies: readonly Reply[], ...expected: readonly string[]): Promise<string> => {
  const { find } = await open(replies, ...expected);
  return find("one").then(
    () => "it started",
    (error: Error) => error.message,
  );
};

describe("a function at its start", () => {
  test("has the apps that its deployment serves", async () => {
    const { find } = await open([value(holding("one", "two", "three"))], "one", "three");
    expect(await find("one")).toMatchObject({ appKey: "one" });
  });

  test("accepts any content of the secret if no apps are configured", async () => {
    const { find } = await open([value(holding())]);
    expect(await find("one")).toBeUndefined();
  });

  test("fails with the names of all apps that the secret lacks", async () => {
    expect(await failureOf([value(holding("one"))], "one", "two", "constructor")).toBe(
      "the secret bot-bridge-prod-apps does not contain the apps two, constructor",
    );
  });

  test.each([
    ["ResourceNotFoundException", "that is missing, or has no value yet"],
    ["InvalidRequestException", "that is being deleted"],
    ["AccessDeniedException", "that it may not read"],
    ["DecryptionFailure", "whose key it may not use"],
  ])("fails on %s with the name of a secret %s", async (type) => {
    expect(await failureOf([fault(400, type)])).toBe(
      `the secret bot-bridge-prod-apps cannot be read: ${type}`,
    );
  });

  test("fails with the name of a secret that is not filled in, and quotes nothing of it", async () => {
    expect(await failureOf([value("p4ssw0rd-that-AWS-made")])).toBe(
      "the secret bot-bridge-prod-apps has an invalid value",
    );
  });

  test.each([fault(500, "InternalServiceError"), fault(400, "ThrottlingException")])(
    "continues if Secrets Manager is in trouble (%p), and reads at the first call",
    async (trouble) => {
      const { find, log } = await open([trouble, value(holding("one"))], "one");
      expect(await find("one")).toMatchObject({ appKey: "one" });
      expect(JSON.stringify(log.lines)).toContain("secret_read_failed");
    },
  );
});

test.each([
  ["", []],
  ["one", ["one"]],
  ["one,two", ["one", "two"]],
])("APPS=%j names the apps %j", (given, apps) => {
  expect(parse(appSecretsEnv.APPS, given)).toEqual(apps);
});
