import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { fail, reply } from "./fake-reply.ts";

export interface FakeFile {
  readonly id: string;
  readonly type: "image" | "document";
  readonly name: string;
  readonly content: string;
}

export interface FakeFiles {
  /** Uploaded files, oldest first. */
  readonly all: () => readonly FakeFile[];
  /** Whether the user uploaded this file. */
  readonly has: (userId: string, id: string) => boolean;
  /** Takes a form with one file. */
  readonly upload: (
    userId: string,
    headers: IncomingHttpHeaders,
    body: Buffer,
    response: ServerResponse,
  ) => Promise<void>;
}

export const makeFakeFiles = (): FakeFiles => {
  const files: (FakeFile & { readonly userId: string })[] = [];
  return {
    all: () => files.map(({ userId: _, ...file }) => file),
    has: (userId, id) => files.some((file) => file.id === id && file.userId === userId),
    upload: async (userId, headers, body, response) => {
      const type = headers["content-type"] ?? "";
      if (!type.startsWith("multipart/form-data")) return fail(response, 400, 1002, `a form, got ${type}`);
      const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
      const file = form.get("file");
      if (!(file instanceof File) || [...form].length !== 1)
        return fail(response, 400, 1002, "file: one part");
      const kind = file.type.startsWith("image/") ? "image" : "document";
      const id = `file-${files.length}`;
      files.push({ userId, id, type: kind, name: file.name, content: await file.text() });
      return reply(response, 200, { file: { type: kind, id } });
    },
  };
};
