import type { Caller, Operation } from "./operation.ts";
import { schemaOf } from "./references.ts";
import { error, rongCloudError } from "./replies.ts";
import { requestIdOfReply } from "./request-id.ts";

interface ErrorResponse {
  readonly status: number;
  readonly description: string;
  /** What is messages, by its code. */
  readonly messages: Readonly<Record<number, string>>;
  readonly headers?: Readonly<Record<string, unknown>>;
}

const retryAfter = {
  "Retry-After": { description: "How many seconds to wait.", schema: { type: "integer", minimum: 0 } },
};

/** By their names in the document: RongCloud's codes and our statuses (docs/spec/rongcloud.md, section 3). */
const errorResponses = {
  BadRequest: {
    status: 400,
    description:
      "The body breaks a rule, or names what is unknown or taken (1002); there is none (1003); a string in it is too long (1005).",
    messages: {
      1002: "metadata: at most 16 pairs, got 17",
      1003: "body: must not be empty, got no bytes",
      1005: "userId: at most 64 characters, got 65 characters",
    },
    headers: requestIdOfReply,
  },
  Unauthorized: {
    status: 401,
    description: "There is no such app (1001); or the signature is wrong, stale, or was used before (1004).",
    messages: {
      1001: "app-key: no such app",
      1004: "signature: does not fit the app secret, nonce and timestamp",
    },
    headers: requestIdOfReply,
  },
  NotFound: {
    status: 404,
    description: "This deployment has no such path.",
    messages: { 404: "no such path" },
    headers: requestIdOfReply,
  },
  TooLarge: {
    status: 413,
    description: "The body is larger than the gateway takes.",
    messages: { 1005: "body: at most 10 MB" },
  },
  TooManyRequests: {
    status: 429,
    description: "Each path takes so many requests a second, and these were more.",
    messages: { 1008: "too many requests, please slow down" },
    headers: retryAfter,
  },
  InternalError: {
    status: 500,
    description: "The fault is not the caller's. What it is stands in the log, under the request's id.",
    messages: { 1000: "internal error, please try again" },
    headers: requestIdOfReply,
  },
  BadToken: {
    status: 401,
    description: "There is no token, or it is wrong, has expired, or was revoked: the client gets a new one.",
    messages: { 1004: "token: has expired, get a new one" },
    headers: requestIdOfReply,
  },
  Forbidden: {
    status: 403,
    description: "The token is for other bots.",
    messages: { 403: "userId: the token is for other bots" },
    headers: requestIdOfReply,
  },
  NotThere: {
    status: 404,
    description:
      "There is no such bot, the user has no such turn with it, or no such conversation has begun.",
    messages: { 404: "turn: you have no such turn with this bot" },
    headers: requestIdOfReply,
  },
  Busy: {
    status: 409,
    description:
      "Another turn of the user's runs in this conversation, and did not end within five seconds; or the bot has no integration that answers; or the key was used for another question.",
    messages: { 409: "conversation: another turn runs in it, please wait for its end" },
    headers: { ...retryAfter, ...requestIdOfReply },
  },
  TooManyTurns: {
    status: 429,
    description: "The user has begun too many turns within a minute, or has too many at once.",
    messages: { 1008: "too many turns, please slow down" },
    headers: { ...retryAfter, ...requestIdOfReply },
  },
  NoAnswer: {
    status: 502,
    description: "For answers sent whole: the bot's model could not give one.",
    messages: { 1000: "Sorry, the bot cannot answer right now. Please try again later." },
    headers: requestIdOfReply,
  },
  TimedOut: {
    status: 504,
    description: "It took too long. Whether it was done is not known.",
    messages: { 1050: "it took too long, please try again" },
    headers: requestIdOfReply,
  },
} satisfies Record<string, ErrorResponse>;

type ResponseName = keyof typeof errorResponses;

const commonErrors: readonly ResponseName[] = ["NotFound", "TooManyRequests", "InternalError", "TimedOut"];
const signedCallErrors: readonly ResponseName[] = ["Unauthorized", "TooLarge", ...commonErrors];

/** Callbacks get no details of what is wrong with their body. */
const errorsByCaller: Readonly<Record<Caller, readonly ResponseName[]>> = {
  "app-server": ["BadRequest", ...signedCallErrors],
  rongcloud: signedCallErrors,
  anyone: commonErrors,
  user: ["BadToken", "Forbidden", "NotThere", "TooManyTurns", "InternalError", "TimedOut"],
};

const toResponse = ({ description, messages, headers }: ErrorResponse) => ({
  description,
  ...(headers && { headers }),
  content: {
    "application/json": {
      schema: schemaOf(error),
      examples: Object.fromEntries(
        Object.entries(messages).map(([code, errorMessage]) => [
          code,
          { value: { code: Number(code), errorMessage } },
        ]),
      ),
    },
  },
});

const rongCloudErrorResponse = {
  description:
    "This service stands before a real RongCloud, which refused the call: its own words, as they came.",
  headers: requestIdOfReply,
  content: { "application/json": { schema: schemaOf(rongCloudError) } },
};

export const responseComponents = () => ({
  ...Object.fromEntries(
    Object.entries(errorResponses).map(([name, response]) => [name, toResponse(response)]),
  ),
  FromRongCloud: rongCloudErrorResponse,
});

const refer = (name: string) => ({ $ref: `#/components/responses/${name}` });

/** References by status. */
export const errorsOf = (operation: Operation) => ({
  ...Object.fromEntries(
    [...errorsByCaller[operation.caller], ...(operation.errors ?? [])].map((name) => [
      errorResponses[name].status,
      refer(name),
    ]),
  ),
  ...(operation.proxied && { default: refer("FromRongCloud") }),
});
