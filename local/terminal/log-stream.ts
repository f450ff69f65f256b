import { Writable } from "node:stream";
import * as v from "valibot";

const information = v.object({ level: v.literal("INFO") });
/** CloudWatch's embedded metric format. */
const metric = v.object({ _aws: v.object({ CloudWatchMetrics: v.array(v.unknown()) }) });
const routineLine = v.pipe(v.string(), v.parseJson(), v.union([information, metric]));

const isRoutine = (line: string): boolean => v.is(routineLine, line);

export interface LogStreamOptions {
  readonly write: (line: string) => void;
  /** Whether a person reads the log on the screen that shows the conversations. */
  readonly isShared: boolean;
  /** Called before each line that goes to a shared screen. */
  readonly endLine: () => void;
}

/**
 * Takes the functions' log, whole lines. On a screen that also shows the conversations only what is wrong is let
 * through, on a line of its own; where the log goes somewhere else, all of it.
 */
export const makeLogStream = ({ write, isShared, endLine }: LogStreamOptions): Writable =>
  new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      const line = String(chunk);
      if (!isShared) write(line);
      else if (!isRoutine(line)) {
        endLine();
        write(line);
      }
      done();
    },
  });
