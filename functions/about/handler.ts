import type { APIGatewayProxyResult } from "aws-lambda";
import { makeApiHandler } from "#adapters/api-gateway/api-handler.ts";
import type { ApiMiddleware } from "#adapters/api-gateway/request-id.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { callerError } from "#core/shared/errors.ts";
import document from "./openapi.json" with { type: "json" };

const responses = new Map<string, object>([
  ["/openapi.json", document],
  ["/health", { code: 200 }],
]);

/** What is public may be read by any page, such as a console that checks its bridge (CORS). */
const readableByPages: ApiMiddleware<APIGatewayProxyResult> = {
  after: ({ response }) => {
    if (response) response.headers = { ...response.headers, "access-control-allow-origin": "*" };
  },
};

/** Serves the API description and the health check, without a signature and without calling any other service. */
export const handler = makeApiHandler(
  makeJsonLog(),
  async ({ route }) => {
    const response = responses.get(route);
    if (!response) throw callerError("not_found", "no such path");
    return response;
  },
  [readableByPages],
);
