import { Writable } from "node:stream";
import * as v from "valibot";
import { oneLine } from "#core/shared/one-line.ts";

const information = v.object({ level: v.literal("INFO") });
/** CloudWatch's embedded metric format. */
const metric = v.object({ _aws: v.object({ CloudWatchMetrics: v.array(v.unknown()) }) });
const routineLine = v.pipe(v.string(), v.parseJson(), v.union([information, metric]));

const isRoutine = (line: string): boolean => v.is(routineLine, line);

export interface LogStreamOptions {
  readonly write: (line: string) => void;
  /** Whether the log goes to the terminal that shows the conversations. */
  readonly isShared: boolean;
  /** Called with each line of the log. */
  readonly onLine: (line: string) => void;
  /** Called before each line that is written to a shared terminal. */
  readonly endLine: () => void;
}

/**
 * Receives the functions' log lines. A terminal shared with the conversations gets only warnings and errors, each on
 * its own line; any other destination gets all lines.
 */
export const makeLogStream = ({ write, isShared, endLine, onLine }: LogStreamOptions): Writable =>
  new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      // Stacks and what libraries print are not JSON.
      const line = `${oneLine(String(chunk).replace(/\n$/, ""))}\n`;
      onLine(line);
      if (!isShared) write(line);
      else if (!isRoutine(line)) {
        endLine();
        write(line);
      }
      done();
    },
  });
