import { describe, expect, test } from "@jest/globals";
import type { DifySimulator } from "../../../../local/dify/server.ts";
import { ask, eventsIn, question, send, withDify } from "./client.ts";

const form = (parts: readonly (readonly [field: string, file: File | string])[]): FormData => {
  const body = new FormData();
  for (const [field, value] of parts) body.append(field, value);
  return body;
};

const post = async (dify: DifySimulator, body: FormData | string, key = "app-x") => {
  const response = await fetch(`${dify.url}/files/upload`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body,
  });
  return { status: response.status, json: JSON.parse(await response.text()) };
};

const png = (name = "a.png", size = 1) => new File([new Uint8Array(size)], name, { type: "image/png" });

const user = ["user", "u1"] as const;

// docs/spec/dify.md, A1.
describe("an upload", () => {
  test(
    "has an id, which its user can ask about, and nobody else",
    withDify(async (dify) => {
      const { status, json } = await post(dify, form([user, ["file", png()]]));
      expect(status).toBe(201);
      expect(json).toMatchObject({ name: "a.png", size: 1, extension: "png", mime_type: "image/png" });
      const files = [{ type: "image", transfer_method: "local_file", upload_file_id: json.id }];
      const asked = await ask(dify, "app-x", question("What is it?", { files }));
      const conversationId = eventsIn(asked.text)[0]?.conversation_id;
      const messages = JSON.parse(
        (await send(dify, "app-x", "GET", `/messages?user=u1&conversation_id=${conversationId}`)).text,
      );
      expect(messages.data[0].message_files).toMatchObject([
        { filename: "a.png", belongs_to: "user", upload_file_id: json.id },
      ]);
      for (const [key, asker] of [
        ["app-x", "u2"],
        ["app-y", "u1"],
      ] as const) {
        const refused = await ask(dify, key, question("What is it?", { user: asker, files }));
        expect(refused).toMatchObject({ status: 400 });
        expect(JSON.parse(refused.text)).toMatchObject({
          code: "invalid_param",
          message: "Invalid upload file",
        });
      }
    }),
  );

  test.each<[string, readonly (readonly [string, File | string])[], number, string]>([
    ["without a file", [user], 400, "no_file_uploaded"],
    ["in two fields", [user, ["file", png()], ["other", png()]], 400, "too_many_files"],
    ["with a path as its name", [user, ["file", png("a/b.png")]], 400, "invalid_param"],
    ["that is too large", [user, ["file", png("a.png", 10 * 1024 * 1024 + 1)]], 413, "file_too_large"],
  ])("%s is refused", (_what, parts, status, code) =>
    withDify(async (dify) => {
      expect(await post(dify, form(parts))).toMatchObject({ status, json: { code } });
    })(),
  );

  test(
    "as JSON is refused",
    withDify(async (dify) => {
      expect(await post(dify, "{}")).toMatchObject({ status: 400, json: { code: "no_file_uploaded" } });
    }),
  );
});
