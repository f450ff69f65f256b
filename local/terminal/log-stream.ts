import { Writable } from "node:stream";
import * as v from "valibot";

const levelled = v.pipe(v.string(), v.parseJson(), v.object({ level: v.string() }));

const isNews = (line: string): boolean => {
  const parsed = v.safeParse(levelled, line);
  return parsed.success && parsed.output.level === "INFO";
};

export interface LogStreamOptions {
  readonly write: (line: string) => void;
  /** Whether a person reads the log on the screen that shows the conversations. */
  readonly isShared: boolean;
  /** Called before each line that goes to a shared screen. */
  readonly makeRoom: () => void;
}

/**
 * Takes the functions' log, whole lines. On a screen that also shows the conversations only what is wrong is let
 * through, on a line of its own; where the log goes somewhere else, all of it.
 */
export const makeLogStream = ({ write, isShared, makeRoom }: LogStreamOptions): Writable =>
  new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      const line = String(chunk);
      if (!isShared) write(line);
      else if (!isNews(line)) {
        makeRoom();
        write(line);
      }
      done();
    },
  });
