import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Recording {
  readonly method: string;
  readonly path: string;
  /** The request's JSON as it stands in the recording; `null` for a request without any, or with a broken one. */
  readonly requestBody: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

const requestLine = /^(?<method>[A-Z]+) (?<path>\S+) (?<body>.*)$/;
const responseLine = /^(?<status>\d{3}) (?<contentType>[^\s;]+(?:; charset=\S+)?) /;

const newline = 0x0a;

/** Line 1 the request, line 2 the response, an empty line, then the body byte for byte. */
export const parseRecording = (file: Uint8Array): Recording => {
  const firstEnd = file.indexOf(newline);
  const secondEnd = file.indexOf(newline, firstEnd + 1);
  const decoder = new TextDecoder();
  const request = requestLine.exec(decoder.decode(file.subarray(0, firstEnd)))?.groups;
  const response = responseLine.exec(decoder.decode(file.subarray(firstEnd + 1, secondEnd)))?.groups;
  if (request === undefined || response === undefined || file[secondEnd + 1] !== newline) {
    throw new TypeError("not a recording");
  }
  return {
    method: request.method ?? "",
    path: request.path ?? "",
    requestBody: request.body ?? "",
    status: Number(response.status),
    contentType: response.contentType ?? "",
    body: file.subarray(secondEnd + 2),
  };
};

export interface Recordings {
  /** By `<version>/<name>`; undefined when there is none. */
  readonly find: (name: string) => Promise<Recording | undefined>;
}

export const makeRecordings = (directory: string): Recordings => ({
  find: async (name) => {
    const path = join(directory, `${name}.txt`);
    return existsSync(path) ? parseRecording(await readFile(path)) : undefined;
  },
});
