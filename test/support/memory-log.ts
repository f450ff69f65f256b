import type { Log, LogFields } from "#core/shared/log.ts";

export interface MemoryLog extends Log {
  readonly lines: { readonly level: keyof Log; readonly event: string; readonly fields: LogFields }[];
}

export const makeMemoryLog = (): MemoryLog => {
  const lines: MemoryLog["lines"] = [];
  const keep =
    (level: keyof Log) =>
    (event: string, fields: LogFields = {}): void => {
      lines.push({ level, event, fields });
    };
  return { lines, info: keep("info"), warn: keep("warn"), error: keep("error") };
};
