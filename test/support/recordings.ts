import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../fixtures/dify", import.meta.url));

export interface Recording {
  /** `1.12.1/cf-llm-stream`. */
  readonly name: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** A file holds the request's line, the answer's head and an empty line, then the body byte for byte. */
const read = (name: string): Recording => {
  const bytes = readFileSync(`${folder}/${name}.txt`);
  const bodyAt = bytes.indexOf("\n\n") + 2;
  const [, head = ""] = bytes.subarray(0, bodyAt).toString("utf8").split("\n");
  const [status = "", contentType = ""] = head.split(" ");
  return {
    name,
    status: Number(status),
    contentType: contentType.replace(";", ""),
    body: bytes.subarray(bodyAt),
  };
};

export const recording = (name: string): Recording => read(name);

/** Every recorded stream of real Dify servers. */
export const recordedStreams = (): Recording[] =>
  readdirSync(folder)
    .flatMap((version) =>
      readdirSync(`${folder}/${version}`).map((file) => `${version}/${file.slice(0, -4)}`),
    )
    .map(read)
    .filter(({ contentType }) => contentType === "text/event-stream");

/** A piece that splits the bytes at these places, in any order, with doubles. */
export const splitAt = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort(
    (one, other) => one - other,
  );
  return [0, ...sorted].map((from, index) => bytes.subarray(from, sorted[index] ?? bytes.length));
};
