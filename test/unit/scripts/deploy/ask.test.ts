import { PassThrough } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import { ask } from "../../../../scripts/deploy/ask.ts";

const terminal = () => {
  const input = new PassThrough();
  const output = new PassThrough();
  return { input, output, shown: () => String(output.read() ?? "") };
};

describe("a question on the terminal", () => {
  test("shows what is typed", async () => {
    const { input, output, shown } = terminal();
    const answer = ask({ input, output }, { text: "App Key", hidden: false });
    input.write("app-one\r");
    expect(await answer).toBe("app-one");
    expect(shown()).toMatch(/App Key: .*app-one/);
  });

  test("for a secret shows nothing of it, also if it is corrected", async () => {
    const { input, output, shown } = terminal();
    const answer = ask({ input, output }, { text: "App Secret", hidden: true });
    for (const key of ["s", "e", "x", "\u007f", "c"]) input.write(key);
    input.write("\r");
    expect(await answer).toBe("sec");
    expect(shown()).toBe("App Secret: \n");
  });

  test.each([
    ["an empty answer", "  \r", "App Key: must not be empty"],
    ["Ctrl-C", "\u0003", "stopped"],
  ])("fails in one line after %s", async (_what, typed, message) => {
    const { input, output } = terminal();
    const answer = ask({ input, output }, { text: "App Key", hidden: false });
    input.write(typed);
    await expect(answer).rejects.toThrow(message);
  });
});
