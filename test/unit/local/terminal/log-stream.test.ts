import { describe, expect, test } from "@jest/globals";
import { makeLogStream } from "../../../../local/terminal/log-stream.ts";

const lines = [
  '{"level":"INFO","event":"turn_finished"}\n',
  '{"level":"ERROR","event":"turn_failed"}\n',
  "a stack\n",
];

const logOf = (isShared: boolean): string[] => {
  const written: string[] = [];
  const log = makeLogStream({
    write: (line) => void written.push(line),
    isShared,
    makeRoom: () => void written.push("(room)"),
  });
  for (const line of lines) log.write(line);
  return written;
};

describe("the log", () => {
  test("is whole where it goes to a file or a pipe", () => {
    expect(logOf(false)).toEqual(lines);
  });

  test("on the screen of the conversations is what is wrong alone, on lines of its own", () => {
    expect(logOf(true)).toEqual(["(room)", lines[1], "(room)", lines[2]]);
  });
});
