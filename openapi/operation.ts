import type * as v from "valibot";

export const tags = {
  Bots: "The registry of bots.",
  Integrations: "What a bot does with what happens to it: one integration of each type.",
  Messages: "Messages to bots and from them.",
  Callbacks: "What RongCloud calls this service with, signed by the query or by the headers.",
  Users: "The people who talk to bots.",
  About: "What this service is. These calls are not signed.",
};

export interface RequestBody {
  /** What the function parses the body with. */
  readonly schema: v.GenericSchema;
  /** Fields of a form that may be repeated are lists. */
  readonly example: Readonly<Record<string, unknown>>;
  readonly as: "application/json" | "application/x-www-form-urlencoded";
}

export interface Reply {
  readonly schema: v.GenericSchema;
  readonly example: Readonly<Record<string, unknown>>;
}

/** By an app server, by RongCloud, or not at all. */
export type Signing = "call" | "callback" | "none";

/** A route as its callers see it. */
export interface Operation {
  readonly id: string;
  readonly method: "get" | "post";
  readonly path: string;
  readonly tag: keyof typeof tags;
  readonly signed: Signing;
  readonly summary: string;
  readonly description?: string;
  readonly body?: RequestBody;
  readonly reply: Reply;
  /** Before a real RongCloud, what it refuses is answered in its own words. */
  readonly passedOn?: boolean;
}
