import { describe, expect, test } from "@jest/globals";
import { makeAppParameters } from "#adapters/dify/app-parameters.ts";
import { toDifyQuestion } from "#adapters/dify/dify-request.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { difyIntegration } from "../../../support/turns.ts";
import { withServer } from "../http/servers.ts";
import { questionOf } from "./dify-calls.ts";

const signal = new AbortController().signal;
const sendHttp = makeHttpClient({ publicOnly: false, clock: systemClock });

/** Runs a test against an app with these parameters; undefined: one that does not tell them. */
const withApp = (
  parameters: object | undefined,
  run: (app: {
    parameters: ReturnType<typeof makeAppParameters>;
    question: (type?: DifyType, text?: string) => ReturnType<typeof toDifyQuestion>;
    calls: () => number;
  }) => Promise<void>,
) => {
  let calls = 0;
  return withServer(
    (_request, response) => {
      calls += 1;
      if (parameters === undefined) response.writeHead(500).end();
      else response.end(JSON.stringify(parameters));
    },
    ({ url }) =>
      run({
        parameters: makeAppParameters({ sendHttp, clock: systemClock, timeouts: difyTimeouts }),
        question: (type = "dify_chatflow", text = "hello") =>
          toDifyQuestion(questionOf({ integration: difyIntegration({ callbackUrl: url, type }), text })),
        calls: () => calls,
      }),
  );
};

const form = (...fields: object[]) => ({ user_input_form: fields });
const nick = (given: object) => ({ "text-input": { variable: "nick", required: false, ...given } });

describe("the inputs of a question", () => {
  test.each<[string, object, string | undefined]>([
    ["a text field with options left over", form(nick({ variable: "bot_name", options: ["a"] })), undefined],
    ["all there", form(nick({ max_length: 8 })), undefined],
    ["one missing", form(nick({ required: true })), "input nick: required"],
    [
      "one too long",
      form({ paragraph: { variable: "data_content", max_length: 8 } }),
      "input data_content: at most 8 characters",
    ],
    [
      "one that is none of its options",
      form({ select: { variable: "type", options: ["en", "zh"] } }),
      "input type: not one of its options",
    ],
    [
      "a form that is malformed",
      { user_input_form: [7, {}, { "text-input": { variable: "a b" } }] },
      undefined,
    ],
  ])("are compared with the app's form: %s", (_, parameters, problem) =>
    withApp(parameters, async ({ parameters: app, question }) => {
      const expected =
        problem === undefined ? { status: "accepted" } : { status: "refused", detail: problem };
      expect(await app.checkInputs(question(), signal)).toEqual(expected);
    })(),
  );

  test("include the text where the app has no chat", () =>
    withApp(form({ paragraph: { variable: "query", required: true, max_length: 5 } }), async (app) => {
      expect(await app.parameters.checkInputs(app.question("dify_completion", "hello"), signal)).toEqual({
        status: "accepted",
      });
      expect(await app.parameters.checkInputs(app.question("dify_workflow", "hello you"), signal)).toEqual({
        status: "refused",
        detail: "input query: at most 5 characters",
      });
    })());

  test("are not the problem where Dify does not answer", () =>
    withApp(undefined, async ({ parameters, question }) => {
      expect(await parameters.checkInputs(question(), signal)).toEqual({ status: "unknown" });
    })());
});

describe("a file", () => {
  test.each<[string, object | undefined, boolean]>([
    ["an app of 1.x that accepts files", { file_upload: { enabled: true } }, false],
    ["an app of 1.x that accepts none", { file_upload: { enabled: false } }, true],
    ["an app of 0.15 that accepts images", { file_upload: { image: { enabled: true } } }, false],
    ["an app of 0.15 that accepts none", { file_upload: { image: { enabled: false } } }, true],
    ["an app that does not say", {}, false],
    ["a Dify that does not answer", undefined, false],
  ])("is refused or not by %s", (_, parameters, isRefused) =>
    withApp(parameters, async ({ parameters: app, question }) => {
      expect(await app.refusesFiles(question(), signal)).toBe(isRefused);
    })(),
  );

  test("is refused again without another call for a minute", () =>
    withApp({ file_upload: { enabled: false } }, async ({ parameters, question, calls }) => {
      await parameters.refusesFiles(question(), signal);
      expect(await parameters.refusesFiles(question(), signal)).toBe(true);
      expect(calls()).toBe(1);
    })());
});
