import { createServer } from "node:http";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { clientDefaults, withoutUnneededMiddleware } from "#adapters/aws/client-defaults.ts";
import { defaultProvider } from "#adapters/aws/lambda-credentials.ts";

let connections = 0;
const authorizations: (string | undefined)[] = [];
const userAgents: (string | undefined)[] = [];
/** Resolves when calls may be answered. */
let mayAnswer: () => Promise<void> = async () => {};
const server = createServer(async ({ headers }, response) => {
  authorizations.push(headers.authorization);
  userAgents.push(headers["x-amz-user-agent"]?.toString() ?? headers["user-agent"]);
  await mayAnswer();
  response.setHeader("content-type", "application/x-amz-json-1.1").end('{"SecretString":"s"}');
}).on("connection", () => {
  connections += 1;
});
let endpoint: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  endpoint = `http://127.0.0.1:${address.port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("consecutive calls share one connection, and use the credentials that Lambda provides", async () => {
  const given = { AWS_ACCESS_KEY_ID: "AKIDGIVEN", AWS_SECRET_ACCESS_KEY: "k", AWS_SESSION_TOKEN: "t" };
  const before = { ...process.env };
  Object.assign(process.env, given);
  const client = new SecretsManagerClient({
    ...clientDefaults,
    region: "us-east-1",
    endpoint,
    credentialDefaultProvider: defaultProvider,
  });
  try {
    for (let call = 0; call < 3; call += 1) await client.send(new GetSecretValueCommand({ SecretId: "s" }));
  } finally {
    client.destroy();
    process.env = before;
  }
  expect(authorizations).toHaveLength(3);
  expect(authorizations.every((header) => header?.includes("Credential=AKIDGIVEN/"))).toBe(true);
  expect(connections).toBe(1);
});

test("the calls of many turns at once do not wait for each other's connections", async () => {
  const calls = 200;
  const all = Promise.withResolvers<void>();
  let arrived = 0;
  mayAnswer = () => {
    arrived += 1;
    if (arrived === calls) all.resolve();
    return all.promise;
  };
  const client = new SecretsManagerClient({
    ...clientDefaults,
    region: "us-east-1",
    endpoint,
    credentials: { accessKeyId: "a", secretAccessKey: "s" },
  });
  try {
    const answers = Array.from({ length: calls }, () =>
      client.send(new GetSecretValueCommand({ SecretId: "s" })),
    );
    expect(await Promise.all(answers)).toHaveLength(calls);
  } finally {
    client.destroy();
  }
});

test("a client without unneeded middleware sends no user agent, and its calls are signed", async () => {
  const client = withoutUnneededMiddleware(
    new SecretsManagerClient({
      ...clientDefaults,
      region: "us-east-1",
      endpoint,
      credentials: { accessKeyId: "AKIDGIVEN", secretAccessKey: "s" },
    }),
  );
  try {
    await client.send(new GetSecretValueCommand({ SecretId: "s" }));
  } finally {
    client.destroy();
  }
  expect(userAgents.at(-1)).toBeUndefined();
  expect(userAgents.slice(0, -1).every((agent) => agent?.startsWith("aws-sdk-js/"))).toBe(true);
  expect(authorizations.at(-1)).toContain("Credential=AKIDGIVEN/");
});
