import { describe, expect, test } from "@jest/globals";
import { makeLogStream } from "../../../../local/terminal/log-stream.ts";

const metric = '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]},"JobDelivered":120}\n';

const lines = [
  metric,
  '{"level":"INFO","event":"job_delivered"}\n',
  '{"level":"ERROR","event":"job_failed"}\n',
  "a stack\n",
];

const logOf = (isShared: boolean): string[] => {
  const written: string[] = [];
  const log = makeLogStream({
    write: (line) => void written.push(line),
    isShared,
    endLine: () => void written.push("(room)"),
    onLine: () => {},
  });
  for (const line of lines) log.write(line);
  return written;
};

describe("the log", () => {
  test("is complete if it goes to a file or a pipe", () => {
    expect(logOf(false)).toEqual(lines);
  });

  test.each([true, false])("shows each line on one line, whatever it contains (shared: %p)", (isShared) => {
    const written: string[] = [];
    const log = makeLogStream({
      write: (line) => void written.push(line),
      isShared,
      endLine: () => {},
      onLine: () => {},
    });
    log.write("Error: a\u2028b\u001b[2J\u0085\u202e\n");
    expect(written).toEqual(["Error: a\\u2028b\\u001b[2J\\u0085\\u202e\n"]);
  });

  test("shows only problems on the conversation screen, on lines of their own", () => {
    expect(logOf(true)).toEqual(["(room)", lines[2], "(room)", lines[3]]);
  });
});
