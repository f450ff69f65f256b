const header = "X-Request-ID";

/** The same rule as in `functions/adapters/api-gateway/request-id.ts`. */
export const parameterComponents = () => ({
  RequestId: {
    name: header,
    in: "header",
    description:
      "The request's ID, which the response and the logs repeat. If omitted or malformed, the service generates one.",
    schema: { type: "string", minLength: 1, maxLength: 36, pattern: "^[\\x21-\\x7e]+$" },
    example: "order-7",
  },
});

export const requestIdParameter = { $ref: "#/components/parameters/RequestId" };

export const headerComponents = () => ({
  RequestId: {
    description: "The request's ID, as sent or generated.",
    schema: { type: "string" },
    example: "order-7",
  },
});

export const requestIdOfReply = { [header]: { $ref: "#/components/headers/RequestId" } };
