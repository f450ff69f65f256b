import { describe, expect, test } from "@jest/globals";
import { writeMemory } from "#adapters/dify/dify-ids.ts";
import { makeDifyTranscripts } from "#adapters/dify/dify-transcripts.ts";
import type { JsonObject } from "../../../../local/dify/json.ts";
import { recording } from "../../../support/recordings.ts";
import { difyIntegration } from "../../../support/turns.ts";
import { ask, conversationIn, question, withDify } from "../../local/dify/client.ts";
import { withServer } from "../http/servers.ts";
import { difyCalls } from "./dify-calls.ts";

const transcripts = makeDifyTranscripts(difyCalls().callDify);
const newest = { limit: 20, before: undefined };

const memoryOf = (conversationId: string, user = "u1"): string => writeMemory({ conversationId, user });

/** A Dify that answers every request for messages in the same way. */
const withReply =
  (
    reply: { readonly status: number; readonly contentType: string; readonly body: Buffer | string },
    check: (integration: ReturnType<typeof difyIntegration>, queries: URLSearchParams[]) => Promise<void>,
  ) =>
  (): Promise<void> => {
    const queries: URLSearchParams[] = [];
    return withServer(
      (request, response) => {
        queries.push(new URL(request.url ?? "", "http://dify.local").searchParams);
        response.writeHead(reply.status, { "content-type": reply.contentType }).end(reply.body);
      },
      ({ url }) => check(difyIntegration({ callbackUrl: `${url}/v1` }), queries),
    )();
  };

const jsonReply = (status: number, body: object) => ({
  status,
  contentType: "application/json",
  body: JSON.stringify(body),
});

describe("the messages of a conversation", () => {
  test(
    "are those before the one that the client has, of Dify's user and conversation",
    withReply(recording("1.16.1/N2-messages-first_id"), async (integration, queries) => {
      const page = await transcripts.read(integration, memoryOf("dc91ae07", "hist2765"), {
        limit: 2,
        before: "daea2d3f",
      });
      expect(page.items).toEqual([
        {
          id: "97204686-0f49-4a90-8dcf-ce63dfc33d43",
          question: "q1",
          answer: "You said: q1 [4 messages]",
          askedAt: 1795736304000,
          rating: null,
          files: [],
        },
        expect.objectContaining({ question: "q2" }),
      ]);
      expect(page.next).toBe("97204686-0f49-4a90-8dcf-ce63dfc33d43");
      expect(Object.fromEntries(queries[0] ?? [])).toEqual({
        user: "hist2765",
        conversation_id: "dc91ae07",
        first_id: "daea2d3f",
        limit: "2",
      });
    }),
  );

  test.each(["0.15.3", "1.12.1", "1.14.2", "1.16.1"])("are read from version %s", (version) =>
    withReply(recording(`${version}/messages`), async (integration) => {
      const { items } = await transcripts.read(integration, memoryOf("c1"), newest);
      expect(items.length).toBeGreaterThan(0);
      for (const { id, question, answer, askedAt } of items) {
        expect([id, question, answer].every((each) => each !== "")).toBe(true);
        expect(askedAt).toBeGreaterThan(1.7e12);
      }
    })(),
  );

  const stored = (given: JsonObject): JsonObject => ({
    id: "m1",
    query: "draw",
    answer: "",
    created_at: 1795736304,
    status: "normal",
    ...given,
  });

  test(
    "have the user's rating and the files of the answer, without those that the user sent",
    withReply(
      jsonReply(200, {
        data: [
          stored({
            feedback: { rating: "dislike" },
            message_files: [
              { url: "/files/sent.png", type: "image", belongs_to: "user" },
              { url: "/files/drawn.png", type: "image", filename: "drawn.png", belongs_to: "assistant" },
            ],
          }),
          stored({ feedback: { rating: "?" } }),
        ],
      }),
      async (integration) => {
        const { items, next } = await transcripts.read(integration, memoryOf("c1"), newest);
        expect(items).toMatchObject([
          { rating: "dislike", files: [{ kind: "image", url: "/files/drawn.png", name: "drawn.png" }] },
          { rating: null, files: [] },
        ]);
        expect(next).toBeUndefined();
      },
    ),
  );
});

describe("a conversation cannot be read", () => {
  const unknownMessage = { status: 404, code: "not_found", message: "First Message Not Exists." };

  test(
    "that Dify has deleted",
    withReply(recording("1.16.1/messages-unknown-conv"), async (integration) => {
      await expect(transcripts.read(integration, memoryOf("c1"), newest)).rejects.toMatchObject({
        code: "not_found",
        message: "conversation: Dify no longer has it",
        expose: true,
      });
    }),
  );

  test("with a memory that is not Dify's", async () => {
    await expect(transcripts.read(difyIntegration(), "?", newest)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test.each([
    unknownMessage,
    { status: 400, code: "invalid_param", message: "first_id is not a valid uuid" },
  ])("before a message that it does not have: Dify says $message", (body) =>
    withReply(jsonReply(body.status, body), async (integration) => {
      await expect(
        transcripts.read(integration, memoryOf("c1"), { limit: 1, before: "m1" }),
      ).rejects.toMatchObject({
        code: "bad_parameter",
        message: "before: must be the id of a message of this conversation",
      });
      await expect(transcripts.read(integration, memoryOf("c1"), newest)).rejects.toMatchObject({
        code: "upstream_refused",
      });
    })(),
  );

  test.each([jsonReply(500, {}), { ...jsonReply(200, {}), body: "<html>" }])(
    "from a Dify that answers $status $body",
    (reply) =>
      withReply(reply, async (integration) => {
        await expect(transcripts.read(integration, memoryOf("c1"), newest)).rejects.toMatchObject({
          code: "upstream_refused",
          expose: false,
        });
      })(),
  );

  test(
    "of another user",
    withDify(async (dify) => {
      const asked = await ask(dify, "app-x", question("hello", { user: "u2" }));
      const integration = difyIntegration({ apiKey: "app-x", callbackUrl: dify.url });
      const own = await transcripts.read(integration, memoryOf(conversationIn(asked.text), "u2"), newest);
      expect(own.items).toMatchObject([{ question: "hello" }]);
      await expect(
        transcripts.read(integration, memoryOf(conversationIn(asked.text), "u1"), newest),
      ).rejects.toMatchObject({ code: "not_found" });
    }),
  );
});
