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

/** JSON Schema knows no streams: the events stand in the operation's description. */
const eventStream = (example: string) => ({ "text/event-stream": { schema: { type: "string" }, example } });

const responsesOf = ({ reply, streamExample, noContent }: Operation) => ({
  200: {
    description: "Done.",
    headers: requestIdOfReply,
    content: {
      ...(streamExample !== undefined && eventStream(streamExample)),
      ...(reply && { "application/json": { schema: schemaOf(reply.schema), example: reply.example } }),
    },
  },
  ...(noContent !== undefined && { 204: { description: noContent, headers: requestIdOfReply } }),
});

/** An operation as OpenAPI writes it down. */
export const toOperationObject = (operation: Operation) => ({
  operationId: operation.id,
  tags: [operation.tag],
  summary: operation.summary,
  ...(operation.description !== undefined && { description: operation.description }),
  security: securityByCaller[operation.caller],
  parameters: [...(operation.parameters ?? []).map(toParameter), requestIdParameter],
  ...(operation.body && { requestBody: toRequestBody(operation.body) }),
  responses: { ...responsesOf(operation), ...errorsOf(operation) },
});
