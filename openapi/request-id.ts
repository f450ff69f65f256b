const header = "X-Request-ID";

/** As `functions/adapters/api-gateway/request-id.ts` takes it. */
export const parameterComponents = () => ({
  RequestId: {
    name: header,
    in: "header",
    description: "Names the request, in the reply and in the log. One is made up where this is left out.",
    schema: { type: "string", minLength: 1, maxLength: 36, pattern: "^[\\x21-\\x7e]+$" },
    example: "order-7",
  },
});

export const requestIdParameter = { $ref: "#/components/parameters/RequestId" };

export const headerComponents = () => ({
  RequestId: { description: "The request's name.", schema: { type: "string" }, example: "order-7" },
});

export const requestIdOfReply = { [header]: { $ref: "#/components/headers/RequestId" } };
