import { createHash } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { type JsonObject, type JsonValue, parseJson } from "./json.ts";

/** A file of a form, without its bytes: many requests are kept. */
export interface ReceivedFile {
  readonly field: string;
  readonly name: string;
  readonly type: string;
  /** How many. */
  readonly bytes: number;
  readonly sha256: string;
}

/** A form with files (multipart/form-data). */
export interface ReceivedForm {
  readonly fields: Readonly<Record<string, string>>;
  readonly files: readonly ReceivedFile[];
}

/** A received request, for tests. */
export interface ReceivedRequest {
  /** The bearer token; undefined without one. */
  readonly key: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** Undefined if it is not JSON. */
  readonly body: JsonValue | undefined;
  /** Undefined if it is not one. */
  readonly form: ReceivedForm | undefined;
}

const readForm = async (contentType: string, body: Buffer): Promise<ReceivedForm | undefined> => {
  if (!contentType.startsWith("multipart/form-data")) return undefined;
  const headers = { "content-type": contentType };
  const fields: Record<string, string> = {};
  const files: ReceivedFile[] = [];
  for (const [field, value] of await new Response(new Uint8Array(body), { headers }).formData()) {
    if (typeof value === "string") {
      fields[field] = value;
      continue;
    }
    const bytes = Buffer.from(await value.arrayBuffer());
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    files.push({ field, name: value.name, type: value.type, bytes: bytes.length, sha256 });
  }
  return { fields, files };
};

export const describeRequest = async (
  { url, method = "GET", headers }: IncomingMessage,
  bytes: Buffer,
): Promise<ReceivedRequest> => {
  const { pathname: path, searchParams } = new URL(url ?? "/", "http://dify.local");
  const key = /^bearer (.*)$/i.exec(headers.authorization ?? "")?.[1];
  const form = await readForm(headers["content-type"] ?? "", bytes);
  const body = form ? undefined : parseJson(bytes.toString("utf8"));
  return { key, method, path, query: Object.fromEntries(searchParams), headers, body, form };
};

export interface Reply {
  readonly status: number;
  readonly type: string;
  /** The whole body, or a function that writes it and ends the response. */
  readonly body: string | Uint8Array | ((response: ServerResponse) => void);
}

export const sendReply = (response: ServerResponse, { status, type, body }: Reply): void => {
  // Stream headers are sent with the first byte, as in Dify.
  response.writeHead(status, { "content-type": type });
  if (typeof body === "function") body(response);
  else response.end(body);
};

export const jsonReply = (status: number, body: JsonObject, type = "application/json"): Reply => ({
  status,
  type,
  body: JSON.stringify(body),
});

export const success = jsonReply(200, { result: "success" });

/** Ends a request with one of Dify's errors. */
export class Refusal extends Error {
  readonly reply: Reply;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.reply = jsonReply(status, { code, message, status });
  }
}

export const invalidParam = (message: string): Refusal => new Refusal(400, "invalid_param", message);
export const notFound = (message: string): Refusal => new Refusal(404, "not_found", message);

/** An event, or a ping if it is undefined. */
export const frame = (event: JsonObject | undefined): string =>
  event === undefined ? "event: ping\n\n" : `data: ${JSON.stringify(event)}\n\n`;
