import { authenticate, type Exchange, requiredUser } from "../http/exchange.ts";
import { prettyReply, wholeReply } from "../http/http-reply.ts";
import { refusal } from "../http/refusal.ts";
import type { Route } from "../http/router.ts";
import { sizeLimit } from "../state/uploads.ts";

const readForm = async ({ body, headers }: Exchange): Promise<FormData> => {
  try {
    return await new Response(body, {
      headers: { "content-type": headers["content-type"] ?? "" },
    }).formData();
  } catch {
    throw refusal(400, "no_file_uploaded", "Please upload your file.");
  }
};

const readFile = (form: FormData): File => {
  const files = [...form.values()].filter((value) => value instanceof File);
  const file = form.get("file");
  if (!(file instanceof File)) throw refusal(400, "no_file_uploaded", "Please upload your file.");
  if (files.length > 1) throw refusal(400, "too_many_files", "Only one file is allowed.");
  if (file.name === "") {
    throw refusal(400, "filename_not_exists_error", "The specified filename does not exist.");
  }
  if (file.size > sizeLimit(file.type)) throw refusal(413, "file_too_large", "File size exceeded.");
  return file;
};

// One transparent pixel, for the links in answers to lead somewhere.
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

export const fileRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/v1/files/upload",
    handle: async (exchange) => {
      const app = authenticate(exchange);
      const form = await readForm(exchange);
      const user = requiredUser(form.get("user"));
      return prettyReply(201, exchange.standIn.uploads.add(app.key, user, readFile(form)));
    },
  },
  { method: "GET", path: "/files/tools/:name", handle: () => wholeReply(200, "image/png", pixel) },
];
