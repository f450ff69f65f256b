import { ACCOUNT, arnOf, queueUrlOnAws } from "./account.ts";

/** A resource with its physical name. */
export interface Physical {
  readonly type: string;
  readonly name: string;
  /** For versions and aliases: the name of the function. */
  readonly functionName?: string;
}

const nameProperties: Readonly<Record<string, string>> = {
  "AWS::ApiGateway::Stage": "StageName",
  "AWS::DynamoDB::GlobalTable": "TableName",
  "AWS::Lambda::Alias": "Name",
  "AWS::Lambda::Function": "FunctionName",
  "AWS::SecretsManager::Secret": "Name",
  "AWS::SQS::Queue": "QueueName",
};

export const namePropertyOf = (type: string): string | undefined => nameProperties[type];

export const defaultName = (stack: string, logicalId: string, type: string, fifo: boolean): string => {
  // CDK extracts a secret's name from its ARN by splitting at hyphens, so the name must have CloudFormation's format:
  // logical id, one hyphen, twelve characters.
  if (type === "AWS::SecretsManager::Secret") return `${logicalId}-000000000000`;
  return `${stack}-${logicalId}${fifo ? ".fifo" : ""}`;
};

export const secretArn = (name: string): string => arnOf("secretsmanager", `secret:${name}-000000`);

/** The only version of a function on a local machine. */
const onlyVersion = "1";

const qualifiedArn = (functionName: string, qualifier: string): string =>
  arnOf("lambda", `function:${functionName}:${qualifier}`);

export const refOf = ({ type, name, functionName }: Physical): string => {
  if (functionName !== undefined) {
    return qualifiedArn(functionName, type === "AWS::Lambda::Alias" ? name : onlyVersion);
  }
  if (type === "AWS::SQS::Queue") return queueUrlOnAws(name);
  if (type === "AWS::SecretsManager::Secret") return secretArn(name);
  return name;
};

export const attributeOf = (resource: Physical, attribute: string): string | undefined => {
  const { type, name } = resource;
  switch (attribute) {
    case "Arn":
      return arnOfResource(resource);
    case "Version":
      return type === "AWS::Lambda::Version" ? onlyVersion : undefined;
    case "RootResourceId":
      return type === "AWS::ApiGateway::RestApi" ? rootResourceId(name) : undefined;
    case "QueueName":
      return type === "AWS::SQS::Queue" ? name : undefined;
    default:
      return undefined;
  }
};

export const rootResourceId = (restApiId: string): string => `${restApiId}-root`;

const arnOfResource = ({ type, name }: Physical): string => {
  switch (type) {
    case "AWS::DynamoDB::GlobalTable":
      return arnOf("dynamodb", `table/${name}`);
    case "AWS::IAM::Role":
      return `arn:aws:iam::${ACCOUNT}:role/${name}`;
    case "AWS::KMS::Key":
      return arnOf("kms", `key/${name}`);
    case "AWS::Lambda::Function":
      return arnOf("lambda", `function:${name}`);
    default:
      return arnOf(type.split("::")[1]?.toLowerCase() ?? "", name);
  }
};
