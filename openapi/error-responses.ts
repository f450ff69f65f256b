import type { Caller, Operation } from "./operation.ts";
import { schemaOf } from "./references.ts";
import { error, rongCloudError } from "./reply-schemas.ts";
import { requestIdOfReply } from "./request-id.ts";

interface ErrorResponse {
  readonly status: number;
  readonly description: string;
  /** An example message for each code. */
  readonly messages: Readonly<Record<number, string>>;
  readonly headers?: Readonly<Record<string, unknown>>;
}

const retryAfter = {
  "Retry-After": {
    description: "Seconds to wait before the next attempt.",
    schema: { type: "integer", minimum: 0 },
  },
};

/** By name in the document. Codes are RongCloud's (docs/spec/rongcloud.md, section 3). */
const errorResponses = {
  BadRequest: {
    status: 400,
    description:
      "The body breaks a rule, names an unknown bot or an ID that is taken (1002), is empty (1003), or contains a string that is too long (1005).",
    messages: {
      1002: "metadata: at most 16 pairs, got 17",
      1003: "body: must not be empty",
      1005: "userId: at most 64 characters, got 65 characters",
    },
    headers: requestIdOfReply,
  },
  Unauthorized: {
    status: 401,
    description:
      "The App Key is unknown (1001), or the signature is missing, wrong, expired or already used (1004).",
    messages: {
      1001: "app-key: unknown; it must be the App Key of an app in the secret of this bridge",
      1004: "signature: must be the SHA-1 of App Secret, nonce and timestamp in hex; check the App Secret",
    },
    headers: requestIdOfReply,
  },
  NotFound: {
    status: 404,
    description: "This deployment does not have this path.",
    messages: { 404: "no such path" },
    headers: requestIdOfReply,
  },
  PayloadTooLarge: {
    status: 413,
    description:
      "The body is larger than the gateway accepts, or the file than 4 MB or the model's server accepts.",
    messages: { 1005: "body: at most 10 MB" },
  },
  TooManyRequests: {
    status: 429,
    description: "Requests exceed the limit per second of this path.",
    messages: { 1008: "too many requests, please slow down" },
    headers: retryAfter,
  },
  InternalError: {
    status: 500,
    description: "An error that the caller did not cause. The log has its details, under the request's ID.",
    messages: { 1000: "internal error, please try again" },
    headers: requestIdOfReply,
  },
  RefusedByFirewall: {
    status: 403,
    description: "The deployment's firewall refused the request. Only with the setting `waf`.",
    messages: { 403: "refused by the firewall" },
  },
  BadGateway: {
    status: 502,
    description: "The function behind the path failed, ran out of time or sent no valid response.",
    messages: { 1000: "internal error, please try again" },
  },
  InvalidToken: {
    status: 401,
    description: "The token is missing, invalid, expired or revoked. Get a new token.",
    messages: { 1004: "token: has expired; get a new token" },
    headers: requestIdOfReply,
  },
  Forbidden: {
    status: 403,
    description: "The token is limited to other bots.",
    messages: { 403: "userId: the token is not valid for this bot" },
    headers: requestIdOfReply,
  },
  ChatNotFound: {
    status: 404,
    description: "The bot, the user's turn or the conversation does not exist, or the answer has expired.",
    messages: { 404: "turn: no such turn for this user and bot" },
    headers: requestIdOfReply,
  },
  Conflict: {
    status: 409,
    description:
      "Another turn in this conversation did not end within five seconds (with `Retry-After`); or the bot has no enabled integration that can answer; or the Idempotency-Key was used for another question.",
    messages: { 409: "conversation: another turn is in progress in this conversation; retry later" },
    headers: { ...retryAfter, ...requestIdOfReply },
  },
  NoMessages: {
    status: 409,
    description: "The bot's integrations keep no messages.",
    messages: {
      409: "conversation: the bot's integrations keep no messages; completion apps and workflows have no conversations",
    },
    headers: requestIdOfReply,
  },
  NoUploads: {
    status: 409,
    description:
      "The bot has no enabled integration that can answer, or its model accepts files by URL only, or no files.",
    messages: { 409: 'integration: its model accepts files by URL only, got "openai"' },
    headers: requestIdOfReply,
  },
  UnsupportedMediaType: {
    status: 415,
    description:
      "The body is not a form with a file, or the file is neither an image, a document, audio nor a video.",
    messages: {
      415: 'file: must be an image, a document, audio or a video, got "application/zip"',
    },
    headers: requestIdOfReply,
  },
  TooManyTurns: {
    status: 429,
    description:
      "The user has too many turns per minute or at the same time, or the bot or its app too many in progress; or a limit of turns or tokens is reached, which the message names.",
    messages: { 1008: "too many turns, please slow down" },
    headers: { ...retryAfter, ...requestIdOfReply },
  },
  AnswerFailed: {
    status: 502,
    description:
      "The model could not answer. Only for complete answers; a stream reports the failure in an `error` event.",
    messages: { 1000: "Sorry, the bot cannot answer right now. Please try again later." },
    headers: requestIdOfReply,
  },
  GatewayTimeout: {
    status: 504,
    description: "The call timed out. It may have taken effect.",
    messages: { 1050: "it took too long, please try again" },
    headers: requestIdOfReply,
  },
} satisfies Record<string, ErrorResponse>;

type ResponseName = keyof typeof errorResponses;

const commonErrors: readonly ResponseName[] = [
  "NotFound",
  "TooManyRequests",
  "InternalError",
  "BadGateway",
  "GatewayTimeout",
];
const signedCallErrors: readonly ResponseName[] = [
  "Unauthorized",
  "RefusedByFirewall",
  "PayloadTooLarge",
  ...commonErrors,
];

/** Callbacks never return 400: a body that cannot be parsed is logged, and the callback succeeds. */
const errorsByCaller: Readonly<Record<Caller, readonly ResponseName[]>> = {
  "app-server": ["BadRequest", ...signedCallErrors],
  rongcloud: signedCallErrors,
  anyone: commonErrors,
  user: [
    "InvalidToken",
    "Forbidden",
    "ChatNotFound",
    "TooManyTurns",
    "InternalError",
    "BadGateway",
    "GatewayTimeout",
  ],
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
    "RongCloud refused the call: its own error, unchanged. Only in deployments in front of RongCloud.",
  headers: requestIdOfReply,
  content: { "application/json": { schema: schemaOf(rongCloudError) } },
};

export const responseComponents = () => ({
  ...Object.fromEntries(
    Object.entries(errorResponses).map(([name, response]) => [name, toResponse(response)]),
  ),
  RongCloudError: rongCloudErrorResponse,
});

const refer = (name: string) => ({ $ref: `#/components/responses/${name}` });

/** References to the error responses of an operation, by status. */
export const errorsOf = (operation: Operation) => ({
  ...Object.fromEntries(
    [...errorsByCaller[operation.caller], ...(operation.errors ?? [])].map((name) => [
      errorResponses[name].status,
      refer(name),
    ]),
  ),
  ...(operation.proxied && { default: refer("RongCloudError") }),
});
