import type { Log, LogFields } from "#core/shared/log.ts";
import { oneLine } from "#core/shared/one-line.ts";
import { currentTrace } from "./trace.ts";

type Level = "INFO" | "WARN" | "ERROR";

/** In characters. Ids and codes are shorter; reasons may quote what others sent. */
const maxFieldCharacters = 1_000;

const limited = (fields: LogFields = {}): LogFields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? value.slice(0, maxFieldCharacters) : value,
    ]),
  );

/**
 * Writes one line of JSON per event to stdout, which Lambda sends to CloudWatch Logs. Each has the ids of the request that
 * caused it.
 */
export const makeJsonLog = (write: (line: string) => void = (line) => process.stdout.write(line)): Log => {
  const writeLine = (level: Level, event: string, fields: LogFields | undefined): void =>
    write(
      `${oneLine(JSON.stringify({ timestamp: new Date().toISOString(), level, event, ...currentTrace(), ...limited(fields) }))}\n`,
    );
  return {
    info: (event, fields) => writeLine("INFO", event, fields),
    warn: (event, fields) => writeLine("WARN", event, fields),
    error: (event, fields) => writeLine("ERROR", event, fields),
  };
};
