import type * as v from "valibot";

export const tags = {
  Bots: "Create, change, delete and list the app's bots, and pause them in chats.",
  Integrations:
    "Add, change and remove integrations: a webhook or a model that reacts to a bot's events. A bot has at most one of each type.",
  Messages: "Send messages to bots and users.",
  Turns: "Find what became of messages, and what the answers cost.",
  Users: "Issue and revoke users' tokens, and keep their names and pictures.",
  Chat: "Ask bots from a user's client, with the user's token. Answers stream while they are generated.",
  Callbacks: "Webhooks of this service that RongCloud calls.",
  About: "This document and a health check, without authentication.",
};

export interface RequestBody {
  /** What the function parses the body with. */
  readonly schema: v.GenericSchema;
  /** Form fields that may be repeated are arrays. */
  readonly example: Readonly<Record<string, unknown>>;
  readonly contentType: "application/json" | "application/x-www-form-urlencoded" | "multipart/form-data";
}

export interface Reply {
  readonly schema: v.GenericSchema;
  readonly example: Readonly<Record<string, unknown>>;
}

/** Who calls an operation. App servers and RongCloud sign their calls; users' clients send a token. */
export type Caller = "app-server" | "rongcloud" | "anyone" | "user";

/** A parameter in the path, the query or a header. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description: string;
  readonly schema: v.GenericSchema;
  readonly example: string | number;
}

/** Errors that only some operations of a caller have. */
export type ErrorName =
  | "BadRequest"
  | "PayloadTooLarge"
  | "Conflict"
  | "NoMessages"
  | "UnsupportedMediaType"
  | "NoUploads"
  | "AnswerFailed";

/** A route of the API, with what OpenAPI says about it. */
export interface Operation {
  readonly id: string;
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  readonly tag: keyof typeof tags;
  readonly caller: Caller;
  readonly summary: string;
  readonly description: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: RequestBody;
  /** What a response with status 200 contains. */
  readonly success: string;
  /** The JSON body; undefined for operations that only stream. */
  readonly reply?: Reply;
  /** The text of an example stream; undefined for operations that never stream. */
  readonly streamExample?: string;
  /** When the operation returns status 204. */
  readonly noContent?: string;
  readonly errors?: readonly ErrorName[];
  /** Whether a deployment in front of RongCloud returns RongCloud's own errors. */
  readonly proxied?: boolean;
}
