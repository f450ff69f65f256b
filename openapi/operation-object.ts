import { chatEvent } from "./chat-events.ts";
import { errorsOf } from "./error-responses.ts";
import type { Operation, Parameter, RequestBody } from "./operation.ts";
import { schemaOf } from "./references.ts";
import { requestIdOfReply, requestIdParameter } from "./request-id.ts";
import { securityByCaller } from "./signature.ts";

const toRequestBody = ({ contentType, schema, example }: RequestBody) => ({
  required: true,
  content: { [contentType]: { schema: schemaOf(schema), example } },
});

const toParameter = ({ schema, ...parameter }: Parameter) => ({
  ...parameter,
  ...(parameter.in === "path" && { required: true }),
  schema: schemaOf(schema),
});

/** OpenAPI 3.1 has no schema for the items of a stream: its text is a string, and `contentSchema` describes the parsed events. */
const eventStream = (example: string) => ({
  "text/event-stream": {
    schema: {
      type: "string",
      description: "Server-sent events. Each one, with its `data` parsed as JSON, is a ChatEvent.",
      contentMediaType: "text/event-stream",
      contentSchema: { type: "array", items: schemaOf(chatEvent) },
    },
    example,
  },
});

const responsesOf = ({ success, reply, streamExample, noContent }: Operation) => ({
  200: {
    description: success,
    headers: requestIdOfReply,
    content: {
      ...(streamExample !== undefined && eventStream(streamExample)),
      ...(reply && { "application/json": { schema: schemaOf(reply.schema), example: reply.example } }),
    },
  },
  ...(noContent !== undefined && { 204: { description: noContent, headers: requestIdOfReply } }),
});

/** The Operation Object of OpenAPI. */
export const toOperationObject = (operation: Operation) => ({
  operationId: operation.id,
  tags: [operation.tag],
  summary: operation.summary,
  description: operation.description,
  security: securityByCaller[operation.caller],
  parameters: [...(operation.parameters ?? []).map(toParameter), requestIdParameter],
  ...(operation.body && { requestBody: toRequestBody(operation.body) }),
  responses: { ...responsesOf(operation), ...errorsOf(operation) },
});
