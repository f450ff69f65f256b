import { describe, expect, test } from "@jest/globals";
import { makeOpenSentFiles, type UploadOwner } from "#core/chat/sent-file.ts";
import type { UploadedFile } from "#core/message/question-file.ts";

const owner: UploadOwner = {
  appKey: "app-one",
  userId: "u7",
  botUserId: "bot-helpdesk",
  integrationType: "dify_chat",
};
const known: Readonly<Record<string, UploadedFile>> = { mine: { kind: "image", uploadId: "f1" } };

const asked: UploadOwner[] = [];
const sent = makeOpenSentFiles({
  open: async (of, token) => {
    asked.push(of);
    return known[token];
  },
});

const link = { kind: "document", url: "https://example.com/a.pdf" } as const;
const upload = { kind: "image", token: "mine" } as const;

describe("the files of a question", () => {
  test("are links as they are, and uploads as the model's server names them", async () => {
    expect(await sent.files(owner, [link, upload])).toEqual([link, { kind: "image", uploadId: "f1" }]);
    expect(asked).toEqual([owner]);
  });

  test.each([
    [
      [link, { ...upload, token: "other" }],
      "files[1].id: must be the id of a file that this user uploaded for this bot and integration within the last hour",
    ],
    [[{ ...upload, kind: "document" }], 'files[0].type: must be image, as it was uploaded, got "document"'],
  ] as const)("are refused: %j", async (files, message) => {
    await expect(sent.files(owner, files)).rejects.toMatchObject({
      code: "bad_parameter",
      expose: true,
      message,
    });
  });
});

test("a form may have them too, one or several", async () => {
  const values = { why: "so", photo: upload, papers: [link, upload] };
  const file = { kind: "image", uploadId: "f1" };
  expect(await sent.values(owner, values)).toEqual({ why: "so", photo: file, papers: [link, file] });
  await expect(sent.values(owner, { papers: [{ ...upload, token: "x" }] })).rejects.toMatchObject({
    message: expect.stringMatching(/^inputs\.papers\[0\]\.id: /),
  });
});
