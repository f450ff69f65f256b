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

interface Vault {
  /** What stands in it; undefined: it is not to be read. */
  value: string | undefined;
  reads: number;
}

const secretId = "bot-bridge-dev-apps";

/** Runs a test with the secrets of a Secrets Manager whose value changes. */
const withVault =
  (test: (secrets: ReturnType<typeof makeAppSecrets>, vault: Vault, clock: TestClock) => Promise<void>) =>
  async (): Promise<void> => {
    const vault: Vault = { value: secretOf("app-one"), reads: 0 };
    const server = await startHttpServer(0, async (request, response) => {
      await readBody(request);
      vault.reads += 1;
      const headers = { "content-type": "application/x-amz-json-1.1" };
      if (vault.value === undefined) {
        response.writeHead(400, headers).end('{"__type":"AccessDeniedException","message":"no"}');
      } else
        response.writeHead(200, headers).end(JSON.stringify({ Name: secretId, SecretString: vault.value }));
    });
    const client = new SecretsManagerClient(localClient(server.url));
    const clock = makeTestClock();
    try {
      await test(makeAppSecrets({ client, secretId, clock, log: makeMemoryLog() }), vault, clock);
    } finally {
      client.destroy();
      await server.close();
    }
  };

const failureOf = (attempt: Promise<unknown>): Promise<Error> =>
  attempt.then(
    () => Promise.reject(new Error("it was read")),
    (error: Error) => error,
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
    });
    client.destroy();
  });

  test.each(["app-two", "", "__proto__", "constructor", "toString"])(
    "are not found for %p, which is no app",
    async (appKey) => {
      await withVault(async (secrets) => {
        expect(await secrets.find(appKey)).toBeUndefined();
      })();
    },
  );

  test(
    "are read once for many at the same time, and kept for a minute",
    withVault(async (secrets, vault, clock) => {
      await Promise.all(Array.from({ length: 20 }, () => secrets.find("app-one")));
      await clock.advance(59_999);
      await secrets.find("app-one");
      expect(vault.reads).toBe(1);
    }),
  );

  test(
    "are seen as they were rotated after a minute",
    withVault(async (secrets, vault, clock) => {
      await secrets.find("app-one");
      vault.value = secretOf("app-one", "app-two");
      await clock.advance(59_999);
      expect(await secrets.find("app-two")).toBeUndefined();
      await clock.advance(1);
      expect(await secrets.find("app-two")).toMatchObject({ appKey: "app-two" });
    }),
  );

  test(
    "are read again at once after a read that failed",
    withVault(async (secrets, vault) => {
      const { value } = vault;
      vault.value = undefined;
      await expect(secrets.find("app-one")).rejects.toThrow();
      vault.value = value;
      expect(await secrets.find("app-one")).toMatchObject({ appKey: "app-one" });
    }),
  );

  test(
    "serve for half an hour while Secrets Manager does not answer, and no longer",
    withVault(async (secrets, vault, clock) => {
      await secrets.find("app-one");
      vault.value = undefined;
      await clock.advance(29 * 60_000);
      expect(await secrets.find("app-one")).toMatchObject({ appKey: "app-one" });
      await clock.advance(2 * 60_000);
      await expect(secrets.find("app-one")).rejects.toThrow();
    }),
  );

  test(
    "are at hand as they were read last, for a chunk that may not wait",
    withVault(async (secrets, vault, clock) => {
      expect(secrets.lastKnown("app-one")).toBeUndefined();
      await secrets.find("app-one");
      await clock.advance(10 * 60_000);
      expect(secrets.lastKnown("app-one")).toMatchObject({ appKey: "app-one" });
      expect(vault.reads).toBe(1);
    }),
  );

  const malformed: readonly (readonly [string, string])[] = [
    ["no JSON", "hunter2"],
    ["JSON of another form", '"hunter2"'],
    ["without apps", '{"hunter2":{}}'],
    ["with an app without secrets", JSON.stringify({ apps: { a: { ...keys, secrets: [] } } })],
    ["with an empty app secret", JSON.stringify({ apps: { a: { ...keys, secrets: ["", "hunter2"] } } })],
    [
      "with a secret in the place of a list",
      JSON.stringify({ apps: { a: { ...keys, secrets: "hunter2" } } }),
    ],
    [
      "with a key that is no base64",
      JSON.stringify({ apps: { a: { ...keys, dataKeys: [{ id: "d", key: "hunter2!" }] } } }),
    ],
    ["with a key of 31 bytes", JSON.stringify({ apps: { a: { ...keys, dataKeys: [key("d", 1, 31)] } } })],
    ["without token keys", JSON.stringify({ apps: { hunter2: { ...keys, tokenKeys: undefined } } })],
    [
      "with a key id that would not stand in a sealed text",
      JSON.stringify({ apps: { a: { ...keys, dataKeys: [key("hunter2.1")] } } }),
    ],
  ];

  test.each(malformed)(
    "%s are refused by the secret's name, and nothing in it is quoted",
    async (_name, value) => {
      await withVault(async (secrets, vault) => {
        vault.value = value;
        const failure = await failureOf(secrets.find("a"));
        expect(failure.message).toContain(secretId);
        expect(`${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`).not.toContain(
          "hunter2",
        );
      })();
    },
  );

  test(
    "that were malformed are read again once they are mended",
    withVault(async (secrets, vault) => {
      vault.value = "{";
      await failureOf(secrets.find("app-one"));
      vault.value = secretOf("app-one");
      expect(await secrets.find("app-one")).toMatchObject({ appKey: "app-one" });
    }),
  );
});
