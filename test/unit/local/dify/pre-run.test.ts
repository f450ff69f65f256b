import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { ProfileInput } from "../../../../local/dify/apps/profile.ts";
import type { VersionName } from "../../../../local/dify/apps/versions.ts";
import { checkInputs } from "../../../../local/dify/requests/inputs.ts";
import { ask, eventsIn, openStream, question, send, withDify } from "./client.ts";

const form: ProfileInput["form"] = [{ type: "text-input", variable: "nick", required: true }];
const complaint = "nick is required in input form";

describe("bad inputs", () => {
  test.each<[VersionName]>([["0.15.3"], ["1.12.1"]])("are a plain 400 in %s", (version) =>
    withDify(async (dify) => {
      dify.configure("app-x", { version, form });
      const { status, text } = await ask(dify, "app-x", question("hi"));
      expect([status, JSON.parse(text).message]).toEqual([400, complaint]);
    })(),
  );

  test(
    "leave a streaming chatflow with nothing but pings in 1.14.2",
    withDify(
      async (dify) => {
        dify.configure("app-x", { version: "1.14.2", form });
        const { status, text } = await ask(dify, "app-x", question("hi"));
        expect([status, eventsIn(text)]).toEqual([200, []]);
      },
      { idleMs: 20 },
    ),
  );

  test(
    "are an error without code or ids in a stream that stays open from 1.15 on",
    withDify(
      async (dify) => {
        dify.configure("app-x", { version: "1.16.0", form });
        const stream = await openStream(dify, "app-x", "/chat-messages", question("hi"));
        const text = await stream.until((soFar) => soFar.endsWith("event: ping\n\n".repeat(2)));
        expect(eventsIn(text)).toEqual([{ event: "error", message: complaint, status: 500 }]);
        stream.leave();
        const blocking = await ask(dify, "app-x", question("hi", { response_mode: "blocking" }));
        expect([blocking.status, JSON.parse(blocking.text).message]).toEqual([400, complaint]);
      },
      { pingMs: 10 },
    ),
  );
});

describe("a declared variable", () => {
  test.each<[unknown, NonNullable<ProfileInput["form"]>[number], string]>([
    [5, { type: "text-input", variable: "v" }, "(type 'text-input') v in input form must be a string"],
    [{}, { type: "paragraph", variable: "v" }, "(type 'paragraph') v in input form must be a string"],
    [
      "fr",
      { type: "select", variable: "v", options: ["en", "zh"] },
      "v in input form must be one of the following: ['en', 'zh']",
    ],
    ["x", { type: "number", variable: "v" }, "v in input form must be a valid number"],
    ["x", { type: "json_object", variable: "v" }, "v in input form must be a dict"],
  ])("refuses %j for %j", (value, variable, message) =>
    withDify(async (dify) => {
      dify.configure("app-x", { form: [variable] });
      const { status, text } = await ask(dify, "app-x", question("hi", { inputs: { v: value } }));
      expect([status, JSON.parse(text).message]).toEqual([400, message]);
    })(),
  );
});

describe("the check of inputs", () => {
  test("counts a text's length in code points", () => {
    const declared = { type: "text-input", variable: "v", required: true, max_length: 3 } as const;
    expect(checkInputs([declared], { v: "👋👋👋" })).toEqual({ kind: "good", inputs: { v: "👋👋👋" } });
    expect(checkInputs([declared], { v: "👋👋👋👋" }).kind).toBe("bad");
  });

  test("drops what is not declared and keeps what is", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.string(), (others, text) => {
        const declared = { type: "paragraph", variable: "v", required: true } as const;
        const good = { kind: "good", inputs: { v: text.replaceAll("\0", "") } };
        expect(checkInputs([declared], { ...others, v: text })).toEqual(good);
      }),
    );
  });

  test("takes a default for what is absent, numbers in strings, and a blank for no number", () => {
    const inputs = checkInputs(
      [
        { type: "paragraph", variable: "tone", required: true, default: "kind" },
        { type: "number", variable: "level", required: false },
        { type: "number", variable: "rank", required: false },
        { type: "checkbox", variable: "loud", required: false },
      ],
      { tone: "warm", level: "3", rank: "", loud: "yes" },
    );
    expect(inputs).toEqual({ kind: "good", inputs: { tone: "warm", level: 3, rank: null, loud: true } });
  });
});

describe("a user", () => {
  test(
    "may be a number, but not longer than 255 characters",
    withDify(async (dify) => {
      expect((await ask(dify, "app-x", question("hi", { user: 7 }))).status).toBe(200);
      expect((await ask(dify, "app-x", question("hi", { user: "u".repeat(255) }))).status).toBe(200);
      const { status, text } = await ask(dify, "app-x", question("hi", { user: "u".repeat(256) }));
      expect([status, JSON.parse(text)]).toEqual([
        500,
        { message: "Internal Server Error", code: "unknown", status: 500 },
      ]);
    }),
  );
});

describe("an uploaded file", () => {
  test(
    "belongs to its user",
    withDify(async (dify) => {
      dify.configure("app-x", { fileUpload: true });
      const upload = new FormData();
      upload.set("file", new File(["hello"], "note.txt", { type: "text/plain" }));
      upload.set("user", "u1");
      const response = await fetch(`${dify.url}/files/upload`, {
        method: "POST",
        headers: { authorization: "Bearer app-x" },
        body: upload,
      });
      const file = JSON.parse(await response.text());
      expect(response.status).toBe(201);
      expect(file).toMatchObject({ name: "note.txt", size: 5, extension: "txt", mime_type: "text/plain" });
      const files = [{ type: "document", transfer_method: "local_file", upload_file_id: file.id }];
      expect((await ask(dify, "app-x", question("hi", { files }))).status).toBe(200);
      expect((await ask(dify, "app-x", question("hi", { files, user: "u2" }))).status).toBe(400);
    }),
  );

  test(
    "must be there",
    withDify(async (dify) => {
      const { status, text } = await send(dify, "app-x", "POST", "/files/upload", {});
      expect([status, JSON.parse(text).code]).toEqual([400, "no_file_uploaded"]);
    }),
  );
});
