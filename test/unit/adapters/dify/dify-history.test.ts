import { describe, expect, test } from "@jest/globals";
import { makeDifyHistory } from "#adapters/dify/dify-history.ts";
import { recording } from "../../../support/recordings.ts";
import { difyIntegration } from "../../../support/turns.ts";
import { ask, eventsIn, question, withDify } from "../../local/dify/client.ts";
import { withServer } from "../http/servers.ts";
import { difyCalls } from "./dify-calls.ts";

const history = makeDifyHistory(difyCalls().callDify);

/** A Dify that answers with recordings, chosen by the request's query. */
const withRecordings = (
  choose: (query: URLSearchParams) => string,
  check: (integration: ReturnType<typeof difyIntegration>, queries: URLSearchParams[]) => Promise<void>,
) => {
  const queries: URLSearchParams[] = [];
  return withServer(
    (request, response) => {
      const { searchParams } = new URL(request.url ?? "", "http://dify.local");
      queries.push(searchParams);
      const { status, contentType, body } = recording(choose(searchParams));
      response.writeHead(status, { "content-type": contentType }).end(body);
    },
    ({ url }) => check(difyIntegration({ callbackUrl: `${url}/v1` }), queries),
  );
};

describe("conversations that Dify keeps", () => {
  test(
    "come in pages, the newest first",
    withRecordings(
      (query) => `1.16.1/${query.has("last_id") ? "N15-conversations-last_id" : "N14-conversations"}`,
      async (integration, queries) => {
        const first = await history.conversations(integration, "hist2765", undefined);
        expect(first).toEqual({
          items: [
            { id: "b895fcd4-fdac-4e13-a92f-42332614ec89", name: "another 1", startedAt: 1795736309000 },
            { id: "03750601-12ef-4a81-8d36-20e59def1c61", name: "another 0", startedAt: 1795736308000 },
          ],
          next: "03750601-12ef-4a81-8d36-20e59def1c61",
        });
        const second = await history.conversations(integration, "hist2765", first.next);
        expect(second.items).toMatchObject([{ name: "q0" }]);
        expect(second.next).toBeUndefined();
        expect(queries.map((query) => query.get("user"))).toEqual(["hist2765", "hist2765"]);
      },
    ),
  );

  test(
    "of a workflow cannot be listed",
    withRecordings(
      () => "1.16.1/N19-conversations-workflow",
      async (integration) => {
        await expect(history.conversations(integration, "u1", undefined)).rejects.toMatchObject({
          code: "upstream_refused",
        });
      },
    ),
  );
});

test(
  "messages come in pages that go back in time",
  withRecordings(
    () => "1.16.1/N2-messages-first_id",
    async (integration, queries) => {
      const page = await history.messages(integration, "hist2765", "dc91ae07", "daea2d3f");
      expect(page.items).toHaveLength(2);
      expect(page.items[0]).toMatchObject({ id: page.next, question: "q1", askedAt: expect.any(Number) });
      expect(Object.fromEntries(queries[0] ?? [])).toEqual({
        user: "hist2765",
        conversation_id: "dc91ae07",
        first_id: "daea2d3f",
        limit: "20",
      });
    },
  ),
);

describe("a conversation that is removed from Dify", () => {
  const begin = async (dify: Parameters<Parameters<typeof withDify>[0]>[0], user: string) =>
    String(eventsIn((await ask(dify, "app-x", question("hello", { user }))).text)[0]?.conversation_id);

  test.each(["0.15.3", "1.16.1"] as const)("is gone from version %s; others stay", (version) =>
    withDify(async (dify) => {
      dify.configure("app-x", { version });
      const integration = difyIntegration({ apiKey: "app-x", callbackUrl: dify.url });
      const [own, kept, others] = [await begin(dify, "u1"), await begin(dify, "u1"), await begin(dify, "u2")];
      await history.remove(integration, "u1", own);
      const idsOf = async (user: string) =>
        (await history.conversations(integration, user, undefined)).items.map(({ id }) => id);
      expect(await idsOf("u1")).toEqual([kept]);
      expect((await history.messages(integration, "u1", own, undefined)).items).toEqual([]);
      // Again, and another user's.
      await history.remove(integration, "u1", own);
      await history.remove(integration, "u1", others);
      expect(await idsOf("u2")).toEqual([others]);
    })(),
  );

  test(
    "is not, and the caller learns it, if the key is wrong",
    withDify(async (dify) => {
      const integration = difyIntegration({ apiKey: "wrong", callbackUrl: dify.url });
      await expect(history.remove(integration, "u1", "c1")).rejects.toMatchObject({
        code: "upstream_refused",
        message: "Dify answered HTTP 401",
      });
    }),
  );
});
