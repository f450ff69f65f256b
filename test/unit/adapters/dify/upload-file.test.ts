import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { makeAskDify } from "#adapters/dify/ask-dify.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { makeUploadFile } from "#adapters/dify/upload-file.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import type { NewFile } from "#core/answer/model.ts";
import { noLimits } from "../../../support/turn-limits.ts";
import { difyIntegration } from "../../../support/turns.ts";
import { withDify } from "../../local/dify/client.ts";
import { withServer } from "../http/servers.ts";
import { questionOf } from "./dify-calls.ts";

const ports = { sendHttp: makeHttpClient({ publicOnly: false, clock }), clock, timeouts: difyTimeouts };
const upload = makeUploadFile(ports);

const bytes = Uint8Array.from({ length: 1_000 }, (_, n) => n % 256);
const picture: NewFile = { kind: "image", name: "猫.png", mediaType: "image/png", bytes };

describe("a file", () => {
  test(
    "reaches Dify as it is, for the user of the question, and can be asked about",
    withDify(async (dify) => {
      const integration = difyIntegration({ callbackUrl: dify.url, apiKey: "app-x" });
      const file = await upload(integration, "u7", picture);
      const sent = dify.requests.find(({ path }) => path === "/v1/files/upload");
      expect(sent?.form).toEqual({
        fields: { user: "u7" },
        files: [
          {
            field: "file",
            name: "猫.png",
            type: "image/png",
            bytes: 1_000,
            sha256: createHash("sha256").update(bytes).digest("hex"),
          },
        ],
      });
      expect(sent?.key).toBe("app-x");

      const ask = (user: string) =>
        makeAskDify(ports)(questionOf({ integration, user, files: [file] }), () => {}, noLimits());
      expect(await ask("u7")).toEqual({ status: "answered" });
      const asked = dify.requests.findLast(({ path }) => path === "/v1/chat-messages");
      expect(asked?.body).toMatchObject({
        user: "u7",
        files: [{ type: "image", transfer_method: "local_file", upload_file_id: file.uploadId }],
      });
      expect(await ask("u8")).toMatchObject({ status: "failed" });
    }),
  );

  test.each<[number, object | string, object]>([
    [413, { code: "file_too_large", message: "" }, { code: "payload_too_large", expose: true }],
    [415, { code: "unsupported_file_type" }, { code: "unsupported_media_type", expose: true }],
    [
      400,
      { code: "too_many_files" },
      { code: "bad_parameter", message: "file: refused by the Dify server, too_many_files" },
    ],
    [400, "<html>", { code: "bad_parameter", message: "file: refused by the Dify server, unknown" }],
    [401, { code: "unauthorized" }, { code: "upstream_refused", expose: false }],
    [201, { id: "" }, { code: "upstream_refused" }],
  ])("is refused with a reason if Dify answers %d %j", (status, body, error) =>
    withServer(
      (request, response) => {
        request.resume().once("end", () => {
          if (request.method === "GET") response.writeHead(404).end();
          else response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
        });
      },
      async ({ url }) => {
        const integration = difyIntegration({ callbackUrl: `${url}/v1` });
        await expect(upload(integration, "u7", picture)).rejects.toMatchObject(error);
      },
    )(),
  );

  test("is not sent to an app that would drop it from the question", () => {
    const methods: (string | undefined)[] = [];
    return withServer(
      (request, response) => {
        methods.push(request.method);
        response.end('{"file_upload":{"enabled":false}}');
      },
      async ({ url }) => {
        const integration = difyIntegration({ callbackUrl: `${url}/v1` });
        await expect(upload(integration, "u7", picture)).rejects.toMatchObject({
          code: "conflict",
          message: "integration: the Dify app accepts no files",
        });
        expect(methods).toEqual(["GET"]);
      },
    )();
  });
});
