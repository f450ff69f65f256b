import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toApiRequest } from "#adapters/api-gateway/api-request.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { maxFileBytes, readUpload } from "../../../../functions/chat-control/read-upload.ts";
import { proxyEvent } from "../../adapters/api-gateway/proxy-event.ts";

/** A request as API Gateway passes it on. */
const requestOf = (body: Uint8Array, contentType: string) =>
  toApiRequest(
    proxyEvent({
      headers: { "content-type": contentType },
      body: Buffer.from(body).toString("base64"),
      isBase64Encoded: true,
    }),
  );

const encoded = async (form: FormData) => {
  const response = new Response(form);
  const contentType = response.headers.get("content-type") ?? "";
  return requestOf(new Uint8Array(await response.arrayBuffer()), contentType);
};

const formWith = (file: File, name = "file"): FormData => {
  const form = new FormData();
  form.set(name, file);
  return form;
};

const read = async (file: File) => readUpload(await encoded(formWith(file)));

const png = (bytes: string | Uint8Array<ArrayBuffer> = "png", name = "cat.png") =>
  new File([bytes], name, { type: "image/png" });

test("an upload has the bytes, the name, the media type and the kind of the file", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
  expect(await read(png(bytes))).toEqual({ kind: "image", name: "cat.png", mediaType: "image/png", bytes });
});

test.each([
  ["a.pdf", "application/pdf", "document"],
  ["notes.md", "", "document"],
  ["a.m4a", "audio/mp4", "audio"],
  ["clip.mov", "video/quicktime", "video"],
  // Dify looks at the name first.
  ["a.txt", "image/png", "document"],
  ["blob", "image/webp", "image"],
])("%s of type %j is %s", async (name, type, kind) => {
  expect(await read(new File(["x"], name, { type }))).toMatchObject({ kind });
});

test.each([
  ["../../etc/passwd.txt", "passwd.txt"],
  ["C:\\Users\\ann\\cat.png", "cat.png"],
  ['a"b\n<c>|?.png', "abc.png"],
  ["\u202egnp.exe.png", "gnp.exe.png"],
  ["猫 😀.png", "猫 😀.png"],
  ["blob", "blob.png"],
  [".png", "file.png"],
  [`${"x".repeat(300)}.png`, `${"x".repeat(128)}.png`],
])("the name %j becomes %j", async (name, cleaned) => {
  expect(await read(png("x", name))).toMatchObject({ name: cleaned });
});

test("any name becomes one that is safe in a path and a header", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }), async (name) => {
      const cleaned = (await read(png("x", name))).name;
      expect(cleaned).toMatch(/^[^\p{Cc}\p{Cs}/\\:*?"<>|.][^\p{Cc}\p{Cs}/\\:*?"<>|]*$/u);
      expect([...cleaned].length).toBeLessThanOrEqual(145);
    }),
  );
});

describe("an upload is refused", () => {
  const refused = async (reading: Promise<unknown>) => {
    const error = await reading.catch((reason: unknown) => reason);
    if (!(error instanceof BridgeError)) throw new Error(`not refused: ${error}`);
    expect(error.expose).toBe(true);
    return { code: error.code, message: error.message };
  };

  test("that is larger than 4 MB, also if only its form is", async () => {
    expect(await read(png(new Uint8Array(maxFileBytes)))).toMatchObject({ kind: "image" });
    expect(await refused(read(png(new Uint8Array(maxFileBytes + 1))))).toEqual({
      code: "payload_too_large",
      message: "file: at most 4194304 bytes (4 MB), got 4194305 bytes",
    });
    const form = formWith(png());
    form.set("more", "x".repeat(maxFileBytes + 20_000));
    expect(await refused(readUpload(await encoded(form)))).toMatchObject({ code: "payload_too_large" });
  });

  test.each<[string, FormData, object]>([
    [
      "of a kind that Dify does not take",
      formWith(new File(["x"], "a.zip", { type: "application/zip" })),
      {
        code: "unsupported_media_type",
        message: 'file: must be an image, a document, audio or a video, got "application/zip"',
      },
    ],
    ["that is empty", formWith(png("")), { code: "bad_parameter", message: "file: must not be empty" }],
    [
      "in a part of another name",
      formWith(png(), "picture"),
      { code: "bad_parameter", message: 'body: must have a part named file, got "picture"' },
    ],
    [
      "without a part",
      new FormData(),
      { code: "bad_parameter", message: "body: must have one part, named file, got 0 parts" },
    ],
  ])("%s", async (_what, form, error) => {
    expect(await refused(encoded(form).then(readUpload))).toEqual(error);
  });

  test("with a second part, or as a text", async () => {
    const two = formWith(png());
    two.append("file", png());
    expect(await refused(encoded(two).then(readUpload))).toEqual({
      code: "bad_parameter",
      message: "body: must have one part, named file, got 2 parts",
    });
    const text = new FormData();
    text.set("file", "x");
    expect(await refused(encoded(text).then(readUpload))).toEqual({
      code: "bad_parameter",
      message: "file: must be a file, with a file name",
    });
  });

  test("that is no form, or not the one that it says", async () => {
    expect(await refused(readUpload(requestOf(Buffer.from("{}"), "application/json")))).toEqual({
      code: "unsupported_media_type",
      message: 'content-type: must be multipart/form-data, got "application/json"',
    });
    const bad = { code: "bad_parameter", message: expect.stringMatching(/^body: must be valid multipart/) };
    expect(await refused(readUpload(requestOf(Buffer.from("x"), "multipart/form-data")))).toEqual(bad);
    expect(await refused(readUpload(requestOf(Buffer.from("x"), "multipart/form-data; boundary=b")))).toEqual(
      bad,
    );
    expect(
      await refused(readUpload(requestOf(Buffer.from(""), "multipart/form-data; boundary=b"))),
    ).toMatchObject({
      code: "empty_body",
    });
  });

  test("or read, whatever bytes and headers it has", async () => {
    const piece = fc.constantFrom(
      "--b",
      "--b--",
      "\r\n",
      "\n",
      'Content-Disposition: form-data; name="file"; filename="a.png"',
      "Content-Disposition: form-data; name=file",
      "filename*=UTF-8''%ff",
      "Content-Type: image/png",
      "Content-Transfer-Encoding: base64",
      "x",
      "\0",
      ";",
      '"',
    );
    const body = fc.oneof(
      fc.array(piece, { maxLength: 20 }).map((pieces) => Buffer.from(pieces.join(""))),
      fc.uint8Array({ maxLength: 200 }),
    );
    const contentType = fc.oneof(
      { weight: 3, arbitrary: fc.constant("multipart/form-data; boundary=b") },
      fc.string().map((more) => `multipart/form-data${more}`),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(body, contentType, async (bytes, type) => {
        const read = await readUpload(requestOf(bytes, type)).catch((reason: unknown) => reason);
        if (read instanceof Error) expect(read).toMatchObject({ name: "BridgeError", expose: true });
        else expect(read).toMatchObject({ kind: expect.any(String), bytes: expect.any(Uint8Array) });
      }),
      { numRuns: 500 },
    );
  });
});
