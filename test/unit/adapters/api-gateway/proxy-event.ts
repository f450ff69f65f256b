import type { APIGatewayProxyEvent, Context } from "aws-lambda";

/** An event as a REST API's Lambda proxy integration sends it (format 1.0), taken from a deployed one. */
export const proxyEvent = (given: Partial<APIGatewayProxyEvent> = {}): APIGatewayProxyEvent => {
  const { path = "/v3/bot/create.json", httpMethod = "POST" } = given;
  const headers = given.headers ?? {
    Accept: "*/*",
    "Content-Type": "application/json",
    Host: "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
    "User-Agent": "curl/8.7.1",
    "X-Amzn-Trace-Id": "Root=1-6955b900-0123456789abcdef01234567",
    "X-Forwarded-For": "198.51.100.7",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
  };
  return {
    resource: path,
    path,
    httpMethod,
    multiValueHeaders: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value === undefined ? [] : [value]]),
    ),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      resourceId: "x9y8z7",
      resourcePath: path,
      httpMethod,
      extendedRequestId: "WkQ3zGmqFiAEMbA=",
      requestTime: "01/Jan/2026:00:00:00 +0000",
      requestTimeEpoch: 1_767_225_600_000,
      path: `/prod${path}`,
      accountId: "123456789012",
      protocol: "HTTP/1.1",
      stage: "prod",
      domainPrefix: "a1b2c3d4e5",
      domainName: "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
      requestId: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
      apiId: "a1b2c3d4e5",
      authorizer: undefined,
      identity: {
        cognitoIdentityPoolId: null,
        accountId: null,
        cognitoIdentityId: null,
        caller: null,
        sourceIp: "198.51.100.7",
        principalOrgId: null,
        accessKey: null,
        cognitoAuthenticationType: null,
        cognitoAuthenticationProvider: null,
        userArn: null,
        userAgent: "curl/8.7.1",
        user: null,
        apiKey: null,
        apiKeyId: null,
        clientCert: null,
      },
    },
    body: null,
    isBase64Encoded: false,
    ...given,
    headers,
  };
};

export const lambdaContext: Context = {
  callbackWaitsForEmptyEventLoop: true,
  functionName: "bot-registry",
  functionVersion: "$LATEST",
  invokedFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:bot-registry",
  memoryLimitInMB: "512",
  awsRequestId: "6a7b8c9d-0e1f-4a2b-8c3d-4e5f6a7b8c9d",
  logGroupName: "bot-registry",
  logStreamName: "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
  getRemainingTimeInMillis: () => 29_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};
