import type { JsonObject, JsonValue } from "../json.ts";

// Python's ensure_ascii escapes everything outside printable ASCII, one UTF-16 unit at a time.
const escapeNonAscii = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** What Flask's error pages and plain GET answers look like: four spaces, ASCII, a final newline. */
export const prettyJson = (value: JsonValue): string => `${escapeNonAscii(JSON.stringify(value, null, 4))}\n`;

/** `json.dumps` with its defaults. A raw newline never stands inside a JSON string, so each one is layout. */
export const spacedJson = (value: JsonValue): string =>
  escapeNonAscii(
    JSON.stringify(value, null, 1)
      .replace(/,\n\s*/g, ", ")
      .replace(/\n\s*/g, ""),
  );

export type StreamJson = "ascii" | "raw";

/** A3: one `data:` line and a blank one. */
export const eventFrame = (event: JsonObject, style: StreamJson): string =>
  `data: ${style === "ascii" ? spacedJson(event) : JSON.stringify(event)}\n\n`;

/** A3: a ping carries no data. */
export const pingFrame = "event: ping\n\n";
