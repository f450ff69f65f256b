import { describe, expect, test } from "@jest/globals";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { makePingWebhook } from "#adapters/webhook/ping-webhook.ts";
import type { IntegrationReport } from "#core/bot/integration-report.ts";
import { bot, webhookIntegration } from "../../../support/turns.ts";
import { appSecret, isSignedWith, makeCaller, rawLibrary, readWith, take, withReceiver } from "./receiver.ts";

const sendPublic = makeHttpClient({ publicOnly: true, clock: systemClock });

const ping = (
  callbackUrl: string,
  given: Parameters<typeof makeCaller>[0] = {},
): Promise<IntegrationReport> => {
  const { callWebhook, clock } = makeCaller(given);
  const pingWebhook = makePingWebhook({ callWebhook, clock, newId: () => "id-one" });
  return pingWebhook("app-one", { bot: bot(), integration: webhookIntegration({ callbackUrl }) });
};

const faults = ({ checks }: IntegrationReport) => checks.filter(({ ok }) => !ok);

test("the test event is signed in both ways, and no receiver can take it for a message", async () => {
  await withReceiver(take, async ({ url, received }) => {
    expect((await ping(`${url}/hook`)).checks).toEqual([
      { name: "reachable", ok: true, detail: "The server answers." },
      { name: "accepted", ok: true, detail: expect.stringMatching(/counts as delivered/) },
    ]);
    const [request] = received;
    if (!request) throw new Error("nothing was received");
    expect(isSignedWith(appSecret, request)).toBe(true);
    expect(readWith(rawLibrary(appSecret), request)).toMatchObject({
      type: "bridge:ping",
      bot: { userId: "bot-helpdesk", metadata: { tone: "formal" } },
      data: { fromUserId: "bot-helpdesk", objectName: "Bridge:Ping", content: "{}" },
    });
    expect(request.headers["webhook-id"]).toBe("ping_id-one");
  })();
});

describe("a reply", () => {
  test.each([
    [500, /sent again for 15 minutes, and then goes to the dead letters/],
    [429, /sent again for 15 minutes/],
    [404, /Check the path .* not sent again: it goes to the dead letters/],
    [401, /App Secret/],
    [302, /not sent again/],
  ])("with HTTP %d says what would become of an event", async (status, detail) => {
    await withReceiver(
      (response) => response.writeHead(status, { location: "http://10.1.2.3/" }).end("secret stack trace"),
      async ({ url }) => {
        const report = await ping(url);
        expect(faults(report)).toEqual([
          { name: "accepted", ok: false, detail: expect.stringMatching(detail) },
        ]);
        expect(JSON.stringify(report)).not.toMatch(/secret|10\.1\.2\.3/);
      },
    )();
  });
});

describe("no reply", () => {
  test.each([
    ["from a server that is not there", "http://127.0.0.1:9/", {}, /^No connection/],
    ["from a private address", "http://127.0.0.1:9/", { sendHttp: sendPublic }, /not public/],
    ["from a private address behind a name", "http://localhost:9/", { sendHttp: sendPublic }, /not public/],
  ])("%s is unreachable", async (_name, callbackUrl, given, detail) => {
    expect((await ping(callbackUrl, given)).checks).toEqual([
      { name: "reachable", ok: false, detail: expect.stringMatching(detail) },
    ]);
  });
});
