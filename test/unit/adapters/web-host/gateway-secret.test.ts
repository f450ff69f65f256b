import { expect, test } from "@jest/globals";
import { isSecret, readGatewaySecret } from "#adapters/web-host/gateway-secret.ts";

const clientWith = (SecretString: string | undefined) =>
  ({ send: async () => ({ SecretString }) }) as unknown as NonNullable<
    Parameters<typeof readGatewaySecret>[0]["client"]
  >;

test("the secret that the gateway sends is read from Secrets Manager", async () => {
  expect(await readGatewaySecret({ secretId: "s", client: clientWith("shared") })).toBe("shared");
});

test.each([undefined, ""])("a server whose secret is %p does not start", async (value) => {
  const reading = readGatewaySecret({ secretId: "gateway", client: clientWith(value) });
  await expect(reading).rejects.toThrow("the secret gateway has no value");
});

test.each([
  ["shared", true],
  ["Shared", false],
  ["shared ", false],
  ["", false],
  [undefined, false],
])("%p is the secret: %p", (sent, expected) => {
  expect(isSecret(sent, "shared")).toBe(expected);
});
