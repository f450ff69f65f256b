import type { Log, LogFields } from "#core/shared/log.ts";

type Level = "INFO" | "WARN" | "ERROR";

/** Writes one line of JSON per event to stdout, which Lambda sends to CloudWatch Logs. */
export const makeJsonLog = (write: (line: string) => void = (line) => process.stdout.write(line)): Log => {
  const writeLine = (level: Level, event: string, fields: LogFields | undefined): void =>
    write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, event, ...fields })}\n`);
  return {
    info: (event, fields) => writeLine("INFO", event, fields),
    warn: (event, fields) => writeLine("WARN", event, fields),
    error: (event, fields) => writeLine("ERROR", event, fields),
  };
};
