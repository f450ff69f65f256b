import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findRecording, type Recording } from "../../local/dify/recordings.ts";

const folder = fileURLToPath(new URL("../fixtures/dify", import.meta.url));

/** By `<version>/<name>`. */
export const recording = (name: string): Recording => {
  const found = findRecording(name);
  if (found === undefined) throw new Error(`no recording ${name}`);
  return found;
};

/** Every recording of real Dify servers, by name. */
export const allRecordings = (): (readonly [name: string, recording: Recording])[] =>
  readdirSync(folder)
    .flatMap((version) =>
      readdirSync(`${folder}/${version}`).map((file) => `${version}/${file.slice(0, -4)}`),
    )
    .map((name) => [name, recording(name)]);

export const recordedStreams = (): (readonly [name: string, recording: Recording])[] =>
  allRecordings().filter(([, { contentType }]) => contentType.startsWith("text/event-stream"));

/** Splits the bytes at these positions, in any order, with duplicates. */
export const splitAt = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort(
    (one, other) => one - other,
  );
  return [0, ...sorted].map((from, index) => bytes.subarray(from, sorted[index] ?? bytes.length));
};

export interface Read {
  /** Since the request, in milliseconds. */
  readonly atMs: number;
  readonly bytes: Buffer;
}

/** The reads of a recorded stream, each with its time. */
export const readsOf = (name: string): Read[] => {
  const text = readFileSync(`${folder}/${name}.txt`, "latin1");
  const [, ...reads] = text.replace(/\n\[(EOF|AbortError)[^\n]*\n$/, "").split(/^\[\+(?=\d+ms\]\n)/m);
  return reads.map((each) => ({
    atMs: Number.parseInt(each, 10),
    bytes: Buffer.from(each.slice(each.indexOf("\n") + 1), "latin1"),
  }));
};
