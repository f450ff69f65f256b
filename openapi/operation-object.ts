import { errorsOf } from "./error-responses.ts";
import type { Operation, Reply, RequestBody } from "./operation.ts";
import { schemaOf } from "./references.ts";
import { requestIdOfReply, requestIdParameter } from "./request-id.ts";
import { securityBySigning } from "./signature.ts";

const toRequestBody = ({ as, schema, example }: RequestBody) => ({
  required: true,
  content: { [as]: { schema: schemaOf(schema), example } },
});

const toResponse = ({ schema, example }: Reply) => ({
  description: "Done.",
  headers: requestIdOfReply,
  content: { "application/json": { schema: schemaOf(schema), example } },
});

/** An operation as OpenAPI writes it down. */
export const toOperationObject = (operation: Operation) => ({
  operationId: operation.id,
  tags: [operation.tag],
  summary: operation.summary,
  ...(operation.description !== undefined && { description: operation.description }),
  security: securityBySigning[operation.signed],
  parameters: [requestIdParameter],
  ...(operation.body && { requestBody: toRequestBody(operation.body) }),
  responses: { 200: toResponse(operation.reply), ...errorsOf(operation) },
});
