import { describe, expect, test } from "@jest/globals";
import * as v from "valibot";
import { callbackUrlFault, fileUrlFault } from "#adapters/http/callback-url.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { refusePrivateFiles } from "#adapters/models/refuse-private-files.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import type { Model } from "#core/answer/model.ts";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { botSchema, botUpdateSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import {
  integrationSchema,
  integrationUpdateSchema,
} from "../../../../functions/bot-registry/integration-requests.ts";
import { makeCheckFile } from "../../../../functions/chat-stream/check-file.ts";
import { noLimits } from "../../../support/turn-limits.ts";
import { bot, difyIntegration, messageEvent } from "../../../support/turns.ts";
import { requiredOptions } from "../../functions/bot-registry/samples.ts";
import { notations, publicAddresses, specialIPv4, specialIPv6 } from "./addresses.ts";

const inUrl = (address: string): string =>
  `https://${address.includes(":") && !address.startsWith("[") ? `[${address}]` : address}/v1`;

const targets = [
  [127, 0, 0, 1],
  [10, 0, 0, 1],
  [100, 100, 100, 200],
  [169, 254, 169, 254],
  [172, 31, 0, 2],
  [192, 168, 1, 1],
  [0, 0, 0, 0],
];

/** Ways to write a host that is not public, or that two parsers could read as different hosts. */
const refused: readonly string[] = [
  ...[...specialIPv4, ...specialIPv6].map(([address]) => inUrl(address)),
  ...Object.values(notations).flatMap((notation) => targets.map((bytes) => inUrl(notation(bytes)))),
  "https://[fe80::1%25eth0]/v1",
  "https://[::ffff:0:127.0.0.1]/v1",
  "https://127.0.0.1:0/v1",
  "https://api.example.com:0/v1",
  "https://api.example.com:00000/v1",
  "https://user:secret@api.example.com/v1",
  "https://api.example.com@127.0.0.1/v1",
  "https://127.0.0.1\\@api.example.com/v1",
  "https://api.example.com\\.evil.example.com/v1",
  "https:\\\\127.0.0.1\\v1",
  "https://127.0.0.1\t/v1",
  "https://api.exa\tmple.com/v1",
  "https://api.exa\nmple.com/v1",
  "https://api.exa\rmple.com/v1",
  " https://api.example.com/v1",
  "https://api.example.com/v1\u0000",
  "https://api.exa\u00admple.com/v1",
  "https://loca\u00adlhost/v1",
  "https://127.0.0\u00ad.1/v1",
  "https://api.exa\u200bmple.com/v1",
  "https://api.exa\u200dmple.com/v1",
  "https://api.exa\u2060mple.com/v1",
  "https://api.exa\ufe0fmple.com/v1",
  "https://\ufeffapi.example.com/v1",
  "https://api.exa%C2%ADmple.com/v1",
  "https://api%2eexample%2ecom/v1",
  "https://%6c%6f%63%61%6c%68%6f%73%74/v1",
  "https://localhost/v1",
  "https://LOCALHOST./v1",
  "https://app.localhost/v1",
  "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/v1",
  "https://localhost。/v1",
  "https://169。254．169｡254/v1",
  "https://metadata.google.internal/v1",
  "https://metadata。google。internal/v1",
  "https://instance-data/v1",
  "https://instance-data.ec2.internal/v1",
  "https://ip-10-0-0-1.ec2.internal/v1",
  "https://host.docker.internal/v1",
  "https://kubernetes.default.svc/v1",
  "https://kubernetes.default.svc.cluster.local/v1",
  "https://router.home.arpa/v1",
  "https://api..example.com/v1",
  "https://./v1",
  "file:///etc/passwd",
  "gopher://127.0.0.1:6379/_INFO",
];

const accepted: readonly string[] = [
  ...publicAddresses.map(inUrl),
  "https://api.example.com/v1",
  "https://API.Example.com:8443/v1?a=%20",
  "https://bücher.example.com/v1",
];

const rules = { allowPrivate: false };
const integrationOf = (type: string, callbackUrl: string) => ({
  type,
  callbackUrl,
  ...(type !== "webhook" && { auth: { apiKey: "app-secret-key" } }),
  options: requiredOptions(type as (typeof integrationTypes)[number]),
});
const botWith = (integrations: readonly object[]) => ({
  ...{ userId: "b1", name: "Bot", type: "faq", profileUrl: "https://example.com/bot.png", integrations },
});

/** Every way in which an address gets into the bridge; true: it is accepted. */
const ways: Readonly<Record<string, (url: string) => boolean>> = {
  "a callback URL": (url) => callbackUrlFault(url, false) === undefined,
  "a file's URL": (url) => fileUrlFault(url, false) === undefined,
  "a file of a chat request": (url) => {
    try {
      makeCheckFile(false)("files[0]", url);
      return true;
    } catch {
      return false;
    }
  },
  ...Object.fromEntries(
    integrationTypes.flatMap((type) => [
      [`a new bot's ${type}`, (url: string) => v.is(botSchema(rules), botWith([integrationOf(type, url)]))],
      [
        `an updated bot's ${type}`,
        (url: string) =>
          v.is(botUpdateSchema(rules), { userId: "b1", integrations: [integrationOf(type, url)] }),
      ],
      [
        `a new ${type}`,
        (url: string) => v.is(integrationSchema(rules), { userId: "b1", ...integrationOf(type, url) }),
      ],
      [
        `an updated ${type}`,
        (url: string) => v.is(integrationUpdateSchema(rules), { userId: "b1", type, callbackUrl: url }),
      ],
    ]),
  ),
};

describe.each(Object.entries(ways))("%s", (_, accepts) => {
  test(`is refused in each of ${refused.length} notations`, () => {
    expect(refused.filter(accepts)).toEqual([]);
  });

  test("is accepted if it is public and plain", () => {
    expect(accepted.filter((url) => !accepts(url))).toEqual([]);
  });
});

describe("a file that a user sent with a message", () => {
  const asked = async (urls: readonly string[]) => {
    let isAsked = false;
    const model: Model = refusePrivateFiles({
      ask: async () => {
        isAsked = true;
        return { status: "answered" };
      },
      resume: async () => {
        isAsked = true;
        return { status: "answered" };
      },
    });
    const files = urls.map((url) => ({ kind: "image" as const, url }));
    const integration = difyIntegration();
    const question = {
      integration,
      text: "look",
      files,
      bot: bot(),
      event: messageEvent(),
      memory: undefined,
    };
    const outcome = await model.ask(question, () => {}, noLimits());
    const input = {
      formId: "f",
      action: "ok",
      values: { one: files[0] ?? "", all: files, text: "http://127.0.0.1" },
    };
    const resumed = await model.resume?.({ integration, reference: "r", input }, () => {}, noLimits());
    return { isAsked, outcome, resumed };
  };

  test("does not reach the model from an address that is not public", async () => {
    for (const url of refused) {
      expect(await asked([accepted[0] ?? "", url])).toEqual({
        isAsked: false,
        outcome: expect.objectContaining({ status: "failed", code: "refused", retryable: false }),
        resumed: { status: "rejected" },
      });
    }
  });

  test("reaches it from a public one", async () => {
    expect(await asked(accepted)).toEqual({
      isAsked: true,
      outcome: { status: "answered" },
      resumed: { status: "answered" },
    });
  });
});

test("no connection is opened to such an address, even if it was stored before it was refused", async () => {
  const sendHttp = makeHttpClient({ publicOnly: true, clock: systemClock });
  const addresses = [...specialIPv4, ...specialIPv6].map(([address]) => inUrl(address));
  for (const address of addresses) {
    const call = { method: "GET", headers: {}, body: "", connectMs: 1_000, headMs: 1_000 } as const;
    const sent = sendHttp({ ...call, url: new URL(address), signal: new AbortController().signal });
    await expect(sent).rejects.toMatchObject({ kind: "forbidden_address", connected: false });
  }
});
