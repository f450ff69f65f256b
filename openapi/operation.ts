import type * as v from "valibot";

export const tags = {
  Bots: "The registry of bots.",
  Integrations: "What a bot does with what happens to it: one integration of each type.",
  Messages: "Messages to bots and from them.",
  Callbacks: "What RongCloud calls this service with, signed by the query or by the headers.",
  Users: "The people who talk to bots.",
  Chat: "What a user's own client calls, with the user's token: an answer straight to it, while it is generated.",
  About: "What this service is. These calls are not signed.",
};

export interface RequestBody {
  /** What the function parses the body with. */
  readonly schema: v.GenericSchema;
  /** Fields of a form that may be repeated are lists. */
  readonly example: Readonly<Record<string, unknown>>;
  readonly contentType: "application/json" | "application/x-www-form-urlencoded";
}

export interface Reply {
  readonly schema: v.GenericSchema;
  readonly example: Readonly<Record<string, unknown>>;
}

/** By an app server, by RongCloud, not at all, or not signed but sent with a user's token. */
export type Caller = "app-server" | "rongcloud" | "anyone" | "user";

/** What is sent beside the body. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description: string;
  readonly schema: v.GenericSchema;
  readonly example: string;
}

/** Errors that not every operation of its kind has. */
export type ErrorName = "BadRequest" | "TooLarge" | "Busy" | "NoAnswer";

/** A route as its callers see it. */
export interface Operation {
  readonly id: string;
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  readonly tag: keyof typeof tags;
  readonly caller: Caller;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: RequestBody;
  /** As JSON; undefined for what only streams. */
  readonly reply?: Reply;
  /** Of a reply that streams: an example of its text. */
  readonly streamExample?: string;
  /** When there is nothing to reply with (204). */
  readonly noContent?: string;
  readonly errors?: readonly ErrorName[];
  /** Before a real RongCloud, what it refuses is answered in its own words. */
  readonly proxied?: boolean;
}
