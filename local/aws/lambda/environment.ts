import { REGION } from "../template/account.ts";
import type { LambdaFunction } from "../template/functions.ts";

export interface Endpoints {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly secrets: string;
}

/** The variables that Lambda sets for every function, and the endpoints of the local AWS. */
export const lambdaEnvironment = (lambda: LambdaFunction, endpoints: Endpoints): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
  // Names the function, whose role says what it may do (iam/access.ts).
  AWS_SESSION_TOKEN: lambda.name,
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
  AWS_ENDPOINT_URL_SQS: endpoints.sqs,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secrets,
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
  AWS_LAMBDA_FUNCTION_NAME: lambda.name,
  AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memoryMb),
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${lambda.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: "local",
  LAMBDA_TASK_ROOT: lambda.codeFolder ?? "",
  TZ: ":UTC",
});
