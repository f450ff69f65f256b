import * as v from "valibot";
import { secretArn } from "./physical.ts";
import { resourcesOf } from "./resources.ts";
import type { StackTemplate } from "./stack-template.ts";

/** CloudFormation generates the value: a random string. */
const secretSchema = v.object({ GenerateSecretString: v.strictObject({}) });

export interface Secret {
  readonly name: string;
  readonly arn: string;
}

export const secretsOf = (stacks: readonly StackTemplate[]): Secret[] =>
  resourcesOf(stacks, "AWS::SecretsManager::Secret", secretSchema).map(({ name }) => ({
    name,
    arn: secretArn(name),
  }));
