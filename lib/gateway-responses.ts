import { type ResponseType, type RestApi, ResponseType as types } from "aws-cdk-lib/aws-apigateway";

interface GatewayError {
  readonly type: ResponseType;
  /** Undefined: the failure's own, such as 403 of the firewall, 415 or 502. */
  readonly status?: number;
  readonly code: number;
  readonly errorMessage: string;
}

/**
 * Responses of API Gateway itself, with the bridge's error codes (docs/spec/rongcloud.md, section 3). They echo nothing
 * of the request.
 */
const gatewayErrors: readonly GatewayError[] = [
  { type: types.DEFAULT_4XX, code: 1002, errorMessage: "bad request" },
  { type: types.WAF_FILTERED, status: 403, code: 403, errorMessage: "refused by the firewall" },
  { type: types.DEFAULT_5XX, code: 1000, errorMessage: "internal error, please try again" },
  { type: types.MISSING_AUTHENTICATION_TOKEN, status: 404, code: 404, errorMessage: "no such path" },
  { type: types.REQUEST_TOO_LARGE, status: 413, code: 1005, errorMessage: "body: at most 10 MB" },
  { type: types.THROTTLED, status: 429, code: 1008, errorMessage: "too many requests, please slow down" },
  {
    type: types.INTEGRATION_TIMEOUT,
    status: 504,
    code: 1050,
    errorMessage: "it took too long, please try again",
  },
];

/** Lets pages of any origin read these responses: they contain no user data. */
const corsHeaders = {
  "Access-Control-Allow-Origin": "'*'",
  "Access-Control-Expose-Headers": "'Retry-After, X-Request-ID'",
};

export const addGatewayResponses = (api: RestApi): void => {
  for (const { type, status, code, errorMessage } of gatewayErrors) {
    api.addGatewayResponse(type.responseType, {
      type,
      ...(status !== undefined && { statusCode: String(status) }),
      templates: { "application/json": JSON.stringify({ code, errorMessage }) },
      responseHeaders: { ...corsHeaders, ...(status === 429 && { "Retry-After": "'1'" }) },
    });
  }
};
