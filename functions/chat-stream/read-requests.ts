import type * as v from "valibot";
import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { parseInput } from "#adapters/api-gateway/parse-input.ts";
import { pathParameter } from "#adapters/api-gateway/path-parameter.ts";
import type { ChatInput } from "#core/chat/begin-chat-input.ts";
import type { ChatRequest } from "#core/chat/begin-chat-turn.ts";
import { type ChatPosition, readPosition } from "#core/chat/chat-event.ts";
import type { SentFile, SentValue } from "#core/chat/sent-file.ts";
import { maxMessageBodyBytes } from "#core/message/message-content.ts";
import { callerError } from "#core/shared/errors.ts";
import { fieldPath } from "#core/shared/field-path.ts";
import { chatHeaders, chatSchema, inputSchema } from "./chat-schema.ts";
import { makeCheckFile } from "./check-file.ts";

type ParsedFile = NonNullable<v.InferOutput<typeof chatSchema>["files"]>[number];
type ParsedValue = v.InferOutput<typeof inputSchema>["inputs"][string];

export interface ReadRequests {
  readonly chatRequestOf: (request: ApiRequest) => ChatRequest;
  readonly chatInputOf: (request: ApiRequest) => ChatInput;
}

/** Parses questions, and forms that users filled in. `allowPrivate`: whether files may have private addresses, see `fileUrlFault`. */
export const makeReadRequests = (allowPrivate: boolean): ReadRequests => {
  const checkFile = makeCheckFile(allowPrivate);

  const toSentFile = (file: ParsedFile, path: string): SentFile => {
    if ("id" in file) return { kind: file.type, token: file.id };
    checkFile(path, file.url);
    return { kind: file.type, url: file.url };
  };

  const toSentFiles = (files: readonly ParsedFile[], path: string): readonly SentFile[] =>
    files.map((file, index) => toSentFile(file, `${path}[${index}]`));

  const toSentValue = (value: ParsedValue, path: string): SentValue => {
    if (typeof value === "string") return value;
    return Array.isArray(value) ? toSentFiles(value, path) : toSentFile(value, path);
  };

  return {
    chatRequestOf: (request) => {
      const {
        content,
        conversation,
        integration,
        files = [],
        parts = [],
      } = parseJsonBody(chatSchema, request.body, maxMessageBodyBytes);
      return {
        botUserId: pathParameter(request, "userId"),
        content,
        conversation,
        integration,
        files: toSentFiles(files, "files"),
        parts,
        idempotencyKey: parseInput(chatHeaders, { "Idempotency-Key": request.headers["idempotency-key"] })[
          "Idempotency-Key"
        ],
      };
    },
    chatInputOf: (request) => {
      const {
        form,
        action,
        inputs,
        parts = [],
      } = parseJsonBody(inputSchema, request.body, maxMessageBodyBytes);
      return {
        botUserId: pathParameter(request, "userId"),
        turn: pathParameter(request, "turn"),
        form,
        action,
        parts,
        inputs: Object.fromEntries(
          Object.entries(inputs).map(([name, value]) => [
            name,
            toSentValue(value, fieldPath(["inputs", name])),
          ]),
        ),
      };
    },
  };
};

export const wantsJson = ({ headers }: ApiRequest): boolean => {
  const accept = headers.accept?.toLowerCase() ?? "";
  return accept.includes("application/json") && !accept.includes("text/event-stream");
};

/** The last event received: a header, or a query parameter for clients such as `EventSource` that cannot set headers. */
export const lastPositionOf = ({ headers, query }: ApiRequest): ChatPosition | undefined => {
  const value = headers["last-event-id"] ?? query.get("lastEventId") ?? "";
  if (value === "") return undefined;
  const position = readPosition(value);
  if (position) return position;
  throw callerError("bad_parameter", "Last-Event-ID: must be the id of an event of this turn");
};
