import { beforeAll, describe, expect, test } from "@jest/globals";
import { closeAfterAll, closeAfterEach } from "../support/close-after.ts";
import { type Commands, type Expectation, type Page, readPages } from "../support/commands/page.ts";
import { openShell, type Shell } from "../support/commands/shell.ts";
import { containsPattern, linesPattern, wholePattern } from "../support/commands/shown.ts";
import { makeSlimPath, type SlimPath } from "../support/commands/slim-path.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";

/** The address that the pages use. */
const addressInDocs = "http://127.0.0.1:3000";

const pages = readPages().filter(({ commands }) => commands.some(({ skip }) => skip === undefined));

const speech = /^(?<head>\S+ → \S+ {2})(?<said>.*)$/;

/** Expects each line. A message that another one interrupts continues on a line of its own, so its lines are joined. */
const expectTerminal = (terminal: string, shown: string): void => {
  for (const line of shown.trim().split("\n")) {
    const { head, said } = speech.exec(line)?.groups ?? {};
    if (head === undefined || said === undefined) expect(terminal).toMatch(linesPattern(line));
    else {
      const parts = terminal.split("\n").filter((each) => each.startsWith(head));
      expect(parts.map((part) => part.slice(head.length)).join("")).toMatch(containsPattern(said));
    }
  }
};

let bridge: RunningBridge;
let path: SlimPath;
beforeAll(async () => {
  path = closeAfterAll(makeSlimPath());
  bridge = await startBridge();
}, 60_000);

/** One at a time and in reading order: a page may use the bots that a page before it has created. */
describe("the commands in the docs do what the pages show, on a slim Debian:", () => {
  const here = (text: string): string => text.replaceAll(addressInDocs, bridge.url);

  /** What the bridge has printed since some moment. */
  const printedSince = () => {
    const { length: shownBefore } = bridge.stdout();
    const { length: loggedBefore } = bridge.stderr();
    return {
      terminal: () => bridge.stdout().slice(shownBefore),
      log: () => bridge.stderr().slice(loggedBefore),
    };
  };
  type Printed = ReturnType<typeof printedSince>;

  const check = async ({ kind, shown }: Expectation, output: string, printed: Printed): Promise<void> => {
    if (kind === "output") expect(output).toMatch(wholePattern(here(shown)));
    else if (kind === "log") await eventually(() => expect(printed.log()).toMatch(linesPattern(shown)));
    else await eventually(() => expectTerminal(printed.terminal(), here(shown)));
  };

  const runBlock = async ({ text, skip, expectations }: Commands, shell: Shell): Promise<void> => {
    // The bridge of this test has printed what `npm start` prints.
    if (skip !== undefined && skip !== "start") return;
    const printed = skip === "start" ? { terminal: bridge.stdout, log: bridge.stderr } : printedSince();
    const output = skip === "start" ? "" : await shell.run(here(text));
    for (const expectation of expectations) {
      await check(expectation, output, printed).catch((error: Error) => {
        throw new Error(`shown at line ${expectation.line}: ${error.message}`);
      });
    }
  };

  const walk = async ({ name, commands }: Page, shell: Shell): Promise<void> => {
    for (const block of commands) {
      await runBlock(block, shell).catch((error: Error) => {
        throw new Error(`${name}:${block.line}: ${error.message}`);
      });
    }
  };

  test.each(pages)(
    "$name",
    async (page) => {
      // npm takes half a second per call: one page shows that it runs the scripts.
      const shell = closeAfterEach(openShell(page.name === "README.md" ? path.withNpm : path.withFastNpm));
      await walk(page, shell);
    },
    120_000,
  );
});
