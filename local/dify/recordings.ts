import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Recording {
  readonly method: string;
  readonly path: string;
  /** `null` or `undefined` for a request without a body. */
  readonly requestBody: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

const folder = fileURLToPath(new URL("../../test/fixtures/dify/", import.meta.url));

// 0.15.3 and 1.12.1: a request line, a response line, an empty line, then the body.
const plain =
  /^(?<method>[A-Z]+) (?<path>\S+) (?<request>[^\n]*)\n(?<status>\d{3}) (?<type>[^\s;]+(?:; \S+)?) [^\n]*\n\n(?<body>.*)$/s;

// 1.14.2 and 1.16.1: lines that start with `>` and `<`, then the body, with a timestamp line before each read.
const timed =
  /^> (?<method>[A-Z]+) (?<path>\S+)\n(?:> (?<request>[^\n]*)\n)?(?<headers>(?:[<>][^\n]*\n)+)(?<body>.*?)\n?\[(?:EOF|AbortError) *\+\d+ms\]\n$/s;
const readMark = /^\[(?:head )?\+\d+ms\]\n/gm;

// Latin-1 keeps every byte.
export const parseRecording = (file: Buffer): Recording => {
  const text = file.toString("latin1");
  const parts = timed.exec(text)?.groups ?? plain.exec(text)?.groups;
  if (parts === undefined) throw new TypeError("not a recording");
  const { method = "", path = "", request = "", headers = "", body = "" } = parts;
  const [, status = parts.status, type = parts.type ?? ""] = /^< (\d{3}) ?(.*)$/m.exec(headers) ?? [];
  return {
    method,
    path: path.startsWith("/v1/") ? path : `/v1${path}`,
    requestBody: Buffer.from(request, "latin1").toString("utf8"),
    status: Number(status),
    contentType: type || (/^< content-type: (.*)$/m.exec(headers)?.[1] ?? ""),
    body: Buffer.from(headers === "" ? body : body.replace(readMark, ""), "latin1"),
  };
};

/** By `<version>/<name>`; undefined if there is none. */
export const findRecording = (name: string): Recording | undefined => {
  const path = `${folder}${name}.txt`;
  return existsSync(path) ? parseRecording(readFileSync(path)) : undefined;
};

const meanChunkBytes = 96;

/** Splits bytes at random places, preferably inside a character: clients must not decode each chunk separately. */
export const rechunk = (bytes: Uint8Array, random: () => number = Math.random): readonly Uint8Array[] => {
  const chunks: Uint8Array[] = [];
  let start = 0;
  for (const [at, byte] of bytes.entries()) {
    const isInsideCharacter = (byte & 0b1100_0000) === 0b1000_0000;
    if (at > start && random() < (isInsideCharacter ? 0.5 : 1 / meanChunkBytes)) {
      chunks.push(bytes.subarray(start, at));
      start = at;
    }
  }
  return start < bytes.length ? [...chunks, bytes.subarray(start)] : chunks;
};
