import { beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { closeAfterAll } from "../support/close-after.ts";
import { anyText } from "../unit/adapters/node/any-text.ts";
import {
  type Answer,
  type Endpoint,
  endpoints,
  type Item,
  startRegistry,
  type TestCaller,
  type TestRegistry,
} from "./bot-registry.ts";
import { after, type Shown } from "./bot-registry-model.ts";
import { mutationOf } from "./bot-registry-mutations.ts";

let registry: TestRegistry;
beforeAll(async () => {
  registry = closeAfterAll(await startRegistry());
});

/** Part of every key that is sent, and of nothing else. */
const marker = "KeyToBeFound";
const keyOf = (name: string): string => `app-${marker}-${name}-abcd`;

const webhook = {
  type: "webhook",
  callbackUrl: "https://yourserver.com/callback",
  stream: false,
  options: { everyone: true, filter: { contains: ["订单"], matches: ["^#\\d+$"] } },
};
const dify = (type: string) => ({
  type,
  callbackUrl: "https://api.dify.ai/v1",
  objectNames: ["RC:TxtMsg", "app:Order"],
  events: ["message:private", "message:group"],
  auth: { apiKey: keyOf(type) },
});
const bot = (userId: string) => ({
  userId,
  name: "客服 😀",
  type: "faq",
  profileUrl: "https://example.com/bot.png",
  metadata: { version: 1, tone: "formal" },
  integrations: [webhook, dify("dify_chat")],
});

/** Valid for an app that has the bots b1 and b2. */
const validBodies: Readonly<Record<Endpoint, object>> = {
  create: bot("b3"),
  update: { ...bot("b1"), integrations: [{ ...dify("dify_chat"), auth: { apiKey: "app-****abcd" } }] },
  delete: { userId: "b1" },
  get: { userIds: ["b2", "b1"] },
  query: { page: 1, pageSize: 10, includeIntegration: true },
  "integration/create": { userId: "b1", enabled: true, ...dify("dify_agent") },
  "integration/update": { userId: "b1", type: "dify_chat", enabled: false, auth: { apiKey: keyOf("new") } },
  "integration/delete": { userId: "b1", type: "webhook" },
};

interface AppState {
  readonly caller: TestCaller;
  readonly shown: Shown;
  readonly items: Item[];
}

const shownTo = async ({ call }: TestCaller): Promise<Shown> => {
  const { bots } = (await call("query", { pageSize: 100, includeIntegration: true })).body;
  return new Map(bots.map((each: { userId: string }) => [each.userId, each]));
};

/** An app with two bots; the same app until a call has changed it. */
let reusable: AppState | undefined;
const acquireApp = async (): Promise<AppState> => {
  if (reusable) return reusable;
  const caller = registry.begin();
  await caller.call("create", bot("b1"));
  await caller.call("create", bot("b2"));
  await registry.clock.advance(1000);
  reusable = { caller, shown: await shownTo(caller), items: await caller.items() };
  return reusable;
};

/** A refusal quotes what was sent, unless the body cannot be parsed at all. */
const refusal =
  /^\S.*: .+(, got .+|; send the full key)$|^body: (must not be empty|must be valid (JSON|UTF-8)|at most 32 levels deep)$/s;

const expectWholeAnswer = ({ status, body, text }: Answer): void => {
  expect([200, 400, 401]).toContain(status);
  expect(body).toEqual(
    status === 200
      ? expect.objectContaining({ code: 200 })
      : { code: expect.any(Number), errorMessage: expect.stringMatching(/^.+: .+/s) },
  );
  if (status === 400) expect(body.errorMessage).toMatch(refusal);
  expect(text + JSON.stringify(registry.log.lines)).not.toContain(marker);
  registry.log.lines.length = 0;
};

/** Makes a call and asserts that it was either rejected with no effect or applied in full. */
const expectWholeCall = async (
  endpoint: Endpoint,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Answer> => {
  const state = await acquireApp();
  const { caller, shown, items } = state;
  reusable = undefined;
  const answer = await caller.call(endpoint, body, headers);
  expectWholeAnswer(answer);
  if (answer.status === 200) {
    const sent = JSON.parse(body.toString(), (_name, value) => (value === null ? undefined : value));
    const expected = after(shown, endpoint, sent, registry.clock.now());
    expect(await shownTo(caller)).toEqual(expected);
    if (expected === shown) reusable = state;
  } else {
    expect(await caller.items()).toEqual(items);
    reusable = state;
  }
  return answer;
};

const anEndpoint = fc.constantFrom(...endpoints);

test.each(endpoints)("the valid base of the mutated bodies is accepted: %s", async (endpoint) => {
  expect((await expectWholeCall(endpoint, JSON.stringify(validBodies[endpoint]))).body.code).toBe(200);
});

test.each(endpoints)(
  "a body of %s with any mistake in it is either rejected with no effect or applied in full",
  async (endpoint) => {
    await fc.assert(
      fc.asyncProperty(mutationOf(validBodies[endpoint]), async (body) => {
        await expectWholeCall(endpoint, body);
      }),
      { numRuns: 30 },
    );
  },
);

test("any JSON is either rejected with no effect or applied in full", async () => {
  await fc.assert(
    fc.asyncProperty(anEndpoint, fc.json(), async (endpoint, body) => {
      await expectWholeCall(endpoint, body);
    }),
    { numRuns: 30 },
  );
});

test("any bytes are rejected", async () => {
  await fc.assert(
    fc.asyncProperty(anEndpoint, fc.uint8Array(), async (endpoint, bytes) => {
      expect(await expectWholeCall(endpoint, Buffer.from(bytes))).toMatchObject({ status: 400 });
    }),
    { numRuns: 30 },
  );
});

test("any headers are rejected or have no effect", async () => {
  const names = [
    "App-Key",
    "Nonce",
    "Timestamp",
    "Signature",
    "RC-Nonce",
    "nonce",
    "X-Request-ID",
    "__proto__",
  ];
  const name = fc.oneof(fc.constantFrom(...names), anyText);
  await fc.assert(
    fc.asyncProperty(anEndpoint, fc.dictionary(name, anyText), async (endpoint, headers) => {
      const { status } = await expectWholeCall(endpoint, JSON.stringify(validBodies[endpoint]), headers);
      expect([200, 401]).toContain(status);
    }),
    { numRuns: 30 },
  );
});
