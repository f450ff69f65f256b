import { readdirSync, readFileSync } from "node:fs";
import { parseRecording, type Recording } from "../../../../local/dify/replay/recordings.ts";

const directory = new URL("../../../fixtures/dify/", import.meta.url);

export const recordingOf = (version: string, name: string): Recording =>
  parseRecording(readFileSync(new URL(`${version}/${name}.txt`, directory)));

/** Every recording there is, as [version, name]. */
export const allRecordings: readonly (readonly [string, string])[] = ["0.15.3", "1.12.1"].flatMap((version) =>
  readdirSync(new URL(version, directory)).map((file) => [version, file.replace(/\.txt$/, "")] as const),
);

export const bodyText = (recording: Recording): string => new TextDecoder().decode(recording.body);
