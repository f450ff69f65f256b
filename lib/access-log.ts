import { AccessLogField, AccessLogFormat } from "aws-cdk-lib/aws-apigateway";

/**
 * One JSON line per request: route, result, latency and ids for lookup. No request data: paths appear as route
 * patterns, since their ids are personal data. Queries are left out, since they hold signatures, and so are the
 * callers' addresses.
 */
export const accessLogFormat = (): AccessLogFormat =>
  AccessLogFormat.custom(
    JSON.stringify({
      requestId: AccessLogField.contextRequestId(),
      extendedRequestId: AccessLogField.contextExtendedRequestId(),
      time: AccessLogField.contextRequestTimeEpoch(),
      method: AccessLogField.contextHttpMethod(),
      route: AccessLogField.contextResourcePath(),
      status: AccessLogField.contextStatus(),
      responseType: AccessLogField.contextErrorResponseType(),
      functionStatus: AccessLogField.contextIntegrationStatus(),
      latencyMs: AccessLogField.contextResponseLatency(),
      functionLatencyMs: AccessLogField.contextIntegrationLatency(),
      responseBytes: AccessLogField.contextResponseLength(),
    }),
  );
