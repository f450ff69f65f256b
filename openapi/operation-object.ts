import { errorsOf } from "./error-responses.ts";
import type { Operation, Parameter, RequestBody } from "./operation.ts";
import { schemaOf } from "./references.ts";
import { requestIdOfReply, requestIdParameter } from "./request-id.ts";
import { securityBySigning } from "./signature.ts";

const toRequestBody = ({ as, schema, example }: RequestBody) => ({
  required: true,
  content: { [as]: { schema: schemaOf(schema), example } },
});

const toParameter = ({ schema, ...parameter }: Parameter) => ({
  ...parameter,
  ...(parameter.in === "path" && { required: true }),
  schema: schemaOf(schema),
});

/** JSON Schema knows no streams: the events stand in the operation's description. */
const eventStream = (example: string) => ({ "text/event-stream": { schema: { type: "string" }, example } });

const responsesOf = ({ reply, stream, nothing }: Operation) => ({
  200: {
    description: "Done.",
    headers: requestIdOfReply,
    content: {
      ...(stream !== undefined && eventStream(stream)),
      ...(reply && { "application/json": { schema: schemaOf(reply.schema), example: reply.example } }),
    },
  },
  ...(nothing !== undefined && { 204: { description: nothing, headers: requestIdOfReply } }),
});

/** An operation as OpenAPI writes it down. */
export const toOperationObject = (operation: Operation) => ({
  operationId: operation.id,
  tags: [operation.tag],
  summary: operation.summary,
  ...(operation.description !== undefined && { description: operation.description }),
  security: securityBySigning[operation.signed],
  parameters: [...(operation.parameters ?? []).map(toParameter), requestIdParameter],
  ...(operation.body && { requestBody: toRequestBody(operation.body) }),
  responses: { ...responsesOf(operation), ...errorsOf(operation) },
});
