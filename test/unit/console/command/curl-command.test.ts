import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { curlCommand, selfSigningCommand } from "../../../../console/src/command/curl-command.ts";
import { type Call, signedForm, signedJson } from "../../../../console/src/pages/guide/command/call.ts";
import { type HttpServer, readBody, startHttpServer } from "../../../../local/http-server.ts";
import { closeAfterAll } from "../../../support/close-after.ts";

const run = promisify(execFile);

interface Received {
  readonly line: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

let bridge: HttpServer;
let received: Received | undefined;

beforeAll(async () => {
  bridge = closeAfterAll(
    await startHttpServer(0, async (request, response) => {
      const line = `${request.method} ${request.url}`;
      received = { line, headers: request.headers, body: (await readBody(request)).toString() };
      response.end("{}");
    }),
  );
});

/** What a server gets when the command runs in a shell. */
const sent = async (command: string): Promise<Received> => {
  received = undefined;
  await run("sh", ["-c", command]);
  if (!received) throw new Error("curl has sent nothing");
  return received;
};

const text = fc.string({ unit: "binary", maxLength: 200 });
const headers = { "App-Key": "local-app-key", Nonce: "n1", Timestamp: "1795822764380", Signature: "5f" };

describe("the curl command of a call", () => {
  test("sends any JSON as it is, with the headers", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(text, fc.jsonValue()), async (json) => {
        const call = signedJson("/v3/bot/create.json", json, {});
        const got = await sent(curlCommand(call, bridge.url, headers));
        expect(got.line).toBe("POST /v3/bot/create.json");
        expect(JSON.stringify(JSON.parse(got.body))).toBe(JSON.stringify(JSON.parse(JSON.stringify(json))));
        expect(got.headers).toMatchObject({
          "content-type": "application/json",
          "app-key": "local-app-key",
          nonce: "n1",
          signature: "5f",
        });
      }),
      { numRuns: 10 },
    );
  });

  test("sends any values of a form as they are", async () => {
    const value = text.map((each) => each.replaceAll("\0", ""));
    await fc.assert(
      fc.asyncProperty(value, value, async (first, second) => {
        const form = { fromUserId: first, content: second, objectName: "RC:TxtMsg" };
        const got = await sent(
          curlCommand(signedForm("/message/private/publish.json", form, {}), bridge.url, {}),
        );
        expect(Object.fromEntries(new URLSearchParams(got.body))).toEqual(form);
        expect(got.headers["content-type"]).toBe("application/x-www-form-urlencoded");
      }),
      { numRuns: 10 },
    );
  });

  test("does not read a file that a value names", async () => {
    const form = { fromUserId: "@/etc/passwd" };
    const got = await sent(curlCommand(signedForm("/user/getToken.json", form, {}), bridge.url, {}));
    expect(got.body).toBe("fromUserId=%40%2Fetc%2Fpasswd");
  });

  test("is a GET without a body", async () => {
    const call: Call = { method: "GET", path: "/health", auth: "none", sent: {} };
    expect(curlCommand(call, "https://bots.example.com", {})).toBe("curl https://bots.example.com/health");
    expect((await sent(curlCommand(call, bridge.url, {}))).line).toBe("GET /health");
  });

  test("is short enough to read", () => {
    const call = signedForm("/user/getToken.json", { userId: "user-001", name: "Ann O'Hara" }, {});
    expect(curlCommand(call, "http://127.0.0.1:3000", { Nonce: "…" })).toBe(
      [
        "curl http://127.0.0.1:3000/user/getToken.json",
        "-H 'Nonce: …'",
        "-d userId=user-001",
        String.raw`--data-urlencode 'name=Ann O'\''Hara'`,
      ].join(" \\\n  "),
    );
  });

  test("signs itself in a local run, as the docs do", () => {
    const call = signedJson("/v3/bot/get.json", { userIds: ["bot-demo"] }, {});
    expect(selfSigningCommand(call, "http://127.0.0.1:3000")).toBe(
      [
        "npm run -s sign | curl http://127.0.0.1:3000/v3/bot/get.json",
        "-H @-",
        "-H 'Content-Type: application/json'",
        `-d '{"userIds":["bot-demo"]}'`,
      ].join(" \\\n  "),
    );
  });
});
