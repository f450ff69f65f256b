import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { describe, expect, test } from "@jest/globals";
import { makeAppSecrets } from "#adapters/secrets/app-secrets.ts";
import { localClient } from "../../../../local/aws/local-client.ts";
import { startSecrets } from "../../../../local/aws/secrets.ts";
import { readBody, startHttpServer } from "../../../../local/http-server.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeTestClock, type TestClock } from "../../../support/test-clock.ts";

const key = (id: string, fill = 1, bytes = 32) => ({ id, key: Buffer.alloc(bytes, fill).toString("base64") });
const keys = { secrets: ["s1", "s2"], dataKeys: [key("d1")], tokenKeys: [key("t1", 2)] };
const secretOf = (...appKeys: readonly string[]): string =>
  JSON.stringify({ apps: Object.fromEntries(appKeys.map((appKey) => [appKey, keys])) });

interface FakeSecretsManager {
  /** The secret's value; undefined: it cannot be read. */
  value: string | undefined;
  reads: number;
}

const secretId = "bot-bridge-dev-apps";

/** Runs a test with the secrets of a Secrets Manager whose value changes. */
const withSecretsManager =
  (
    test: (
      secrets: ReturnType<typeof makeAppSecrets>,
      fake: FakeSecretsManager,
      clock: TestClock,
    ) => Promise<void>,
  ) =>
  async (): Promise<void> => {
    const fake: FakeSecretsManager = { value: secretOf("app-one"), reads: 0 };
    const server = await startHttpServer(0, async (request, response) => {
      await readBody(request);
      fake.reads += 1;
      const headers = { "content-type": "application/x-amz-json-1.1" };
      if (fake.value === undefined) {
        response.writeHead(400, headers).end('{"__type":"AccessDeniedException","message":"no"}');
      } else
        response.writeHead(200, headers).end(JSON.stringify({ Name: secretId, SecretString: fake.value }));
    });
    const client = new SecretsManagerClient(localClient(server.url));
    const clock = makeTestClock();
    try {
      await test(makeAppSecrets({ client, secretId, clock, log: makeMemoryLog() }), fake, clock);
    } finally {
      client.destroy();
      await server.close();
    }
  };

const failureOf = (attempt: Promise<unknown>): Promise<Error> =>
  attempt.then(
    () => Promise.reject(new Error("the secret was parsed")),
    (error: Error) => error,
  );

test(
  "an app's limits are those of its secret, and a misspelt one is a fault of the secret",
  withSecretsManager(async (secrets, fake) => {
    const withLimits = (limits: object) => JSON.stringify({ apps: { "app-one": { ...keys, limits } } });
    fake.value = withLimits({ turnsPerDay: 100, perUser: { turnsPerMinute: 5 } });
    const found = await secrets.find("app-one");
    expect(found?.limits).toEqual({ turnsPerDay: 100, perUser: { turnsPerMinute: 5 } });
    fake.value = withLimits({ turnsPerDayy: 100 });
    await expect(secrets.findFresh("app-one")).rejects.toMatchObject({ code: "internal" });
  }),
);

describe("an app's secrets", () => {
  test("are read from the deployment's secret, with the keys as bytes", async () => {
    const server = closeAfterEach(
      await startSecrets({ secrets: [], values: { [secretId]: secretOf("app-one", "app-two") } }),
    );
    const client = new SecretsManagerClient(localClient(server.url));
    const secrets = makeAppSecrets({ client, secretId, clock: makeTestClock(), log: makeMemoryLog() });
    expect(await secrets.find("app-two")).toEqual({
      appKey: "app-two",
      secrets: ["s1", "s2"],
      dataKeys: [{ id: "d1", key: Buffer.alloc(32, 1) }],
      tokenKeys: [{ id: "t1", key: Buffer.alloc(32, 2) }],
      signatures: "once",
      token: "im",
    });
    client.destroy();
  });

  test(
    "say whether the signatures of its calls may be used again",
    withSecretsManager(async (secrets, fake) => {
      const withSetting = (signatures: string): string =>
        secretOf("app-one").replace('"secrets":', `"signatures":"${signatures}","secrets":`);
      fake.value = withSetting("reusable");
      expect(await secrets.find("app-one")).toMatchObject({ signatures: "reusable" });
      fake.value = withSetting("twice");
      expect((await failureOf(secrets.findFresh("app-one"))).message).toMatch(/has an invalid value$/);
    }),
  );

  test.each(["app-two", "", "__proto__", "constructor", "toString"])(
    "are not found for %p, which is not an app",
    async (appKey) => {
      await withSecretsManager(async (secrets) => {
        expect(await secrets.find(appKey)).toBeUndefined();
      })();
    },
  );

  test(
    "are read once for concurrent callers, and cached for a minute",
    withSecretsManager(async (secrets, fake, clock) => {
      await Promise.all(Array.from({ length: 20 }, () => secrets.find("app-one")));
      await clock.advance(59_999);
      await secrets.find("app-one");
      expect(fake.reads).toBe(1);
    }),
  );

  test(
    "are up to date a minute after a rotation",
    withSecretsManager(async (secrets, fake, clock) => {
      await secrets.find("app-one");
      fake.value = secretOf("app-one", "app-two");
      await clock.advance(59_999);
      expect(await secrets.find("app-two")).toBeUndefined();
      await clock.advance(1);
      expect(await secrets.find("app-two")).toMatchObject({ appKey: "app-two" });
    }),
  );

  test(
    "are read again at once after a failed read",
    withSecretsManager(async (secrets, fake) => {
      const { value } = fake;
      fake.value = undefined;
      await expect(secrets.find("app-one")).rejects.toThrow();
      fake.value = value;
      expect(await secrets.find("app-one")).toMatchObject({ appKey: "app-one" });
    }),
  );

  test(
    "are used for half an hour while Secrets Manager does not answer, and no longer",
    withSecretsManager(async (secrets, fake, clock) => {
      await secrets.find("app-one");
      fake.value = undefined;
      await clock.advance(29 * 60_000);
      expect(await secrets.find("app-one")).toMatchObject({ appKey: "app-one" });
      await clock.advance(2 * 60_000);
      await expect(secrets.find("app-one")).rejects.toThrow();
    }),
  );

  test(
    "are available from the last read, for a chunk that must not wait",
    withSecretsManager(async (secrets, fake, clock) => {
      expect(secrets.lastKnown("app-one")).toBeUndefined();
      await secrets.find("app-one");
      await clock.advance(10 * 60_000);
      expect(secrets.lastKnown("app-one")).toMatchObject({ appKey: "app-one" });
      expect(fake.reads).toBe(1);
    }),
  );

  const malformed: readonly (readonly [string, string])[] = [
    ["invalid JSON", "hunter2"],
    ["JSON of another form", '"hunter2"'],
    ["without apps", '{"hunter2":{}}'],
    ["with an app without secrets", JSON.stringify({ apps: { a: { ...keys, secrets: [] } } })],
    ["with an empty app secret", JSON.stringify({ apps: { a: { ...keys, secrets: ["", "hunter2"] } } })],
    ["with a secret in place of an array", JSON.stringify({ apps: { a: { ...keys, secrets: "hunter2" } } })],
    [
      "with a key that is not base64",
      JSON.stringify({ apps: { a: { ...keys, dataKeys: [{ id: "d", key: "hunter2!" }] } } }),
    ],
    ["with a key of 31 bytes", JSON.stringify({ apps: { a: { ...keys, dataKeys: [key("d", 1, 31)] } } })],
    ["without token keys", JSON.stringify({ apps: { hunter2: { ...keys, tokenKeys: undefined } } })],
    [
      "with a key id that is not allowed in a ciphertext",
      JSON.stringify({ apps: { a: { ...keys, dataKeys: [key("hunter2.1")] } } }),
    ],
  ];

  test.each(malformed)(
    "%s are rejected by the secret's name, and nothing in it is quoted",
    async (_name, value) => {
      await withSecretsManager(async (secrets, fake) => {
        fake.value = value;
        const failure = await failureOf(secrets.find("a"));
        expect(failure.message).toContain(secretId);
        expect(`${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`).not.toContain(
          "hunter2",
        );
      })();
    },
  );

  test(
    "that were malformed are read again once they are fixed",
    withSecretsManager(async (secrets, fake) => {
      fake.value = "{";
      await failureOf(secrets.find("app-one"));
      fake.value = secretOf("app-one");
      expect(await secrets.find("app-one")).toMatchObject({ appKey: "app-one" });
    }),
  );
});
