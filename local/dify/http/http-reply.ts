import type { JsonObject, JsonValue } from "../json.ts";
import { prettyJson, spacedJson } from "./wire-format.ts";

/** An open event stream. */
export interface EventSink {
  readonly send: (frame: string) => void;
  readonly close: () => void;
  readonly destroy: () => void;
  readonly onDisconnect: (listener: () => void) => void;
}

/** How a route answers; the server turns it into bytes. */
export type HttpReply =
  | {
      readonly kind: "whole";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array;
    }
  | {
      readonly kind: "chunks";
      readonly status: number;
      readonly contentType: string;
      readonly chunks: readonly Uint8Array[];
      readonly pauseMs: number;
    }
  | { readonly kind: "events"; readonly open: (sink: EventSink) => void }
  /** Accepted, and never answered. */
  | { readonly kind: "silence" }
  /** The connection is destroyed. */
  | { readonly kind: "destroyed" };

export const wholeReply = (
  status: number,
  contentType: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): HttpReply => ({ kind: "whole", status, headers: { "content-type": contentType, ...headers }, body });

/** As Flask lays out what a plain route returns. */
export const prettyReply = (
  status: number,
  value: JsonValue,
  headers: Readonly<Record<string, string>> = {},
): HttpReply => wholeReply(status, "application/json", prettyJson(value), headers);

/** As a blocking run's result is written. */
export const spacedReply = (contentType: string, value: JsonObject): HttpReply =>
  wholeReply(200, contentType, spacedJson(value));

export const successReply: HttpReply = prettyReply(200, { result: "success" });
