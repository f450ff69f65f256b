import * as v from "valibot";
import { secretArn } from "./physical.ts";
import { resourcesOf } from "./resources.ts";
import type { StackTemplate } from "./stack-template.ts";

const secretSchema = v.object({
  SecretString: v.optional(v.string()),
  GenerateSecretString: v.optional(
    v.object({ SecretStringTemplate: v.optional(v.string()), GenerateStringKey: v.optional(v.string()) }),
  ),
});

/** What CloudFormation would put into the secret when it makes it. */
export type InitialSecret =
  | { readonly kind: "given"; readonly value: string }
  | {
      readonly kind: "generated";
      readonly within: { readonly template: string; readonly key: string } | undefined;
    }
  | { readonly kind: "empty" };

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly initial: InitialSecret;
}

export const secretsOf = (stacks: readonly StackTemplate[]): Secret[] =>
  resourcesOf(stacks, ["AWS::SecretsManager::Secret"], secretSchema).map(({ name, properties }) => ({
    name,
    arn: secretArn(name),
    initial: initialOf(properties),
  }));

const initialOf = ({
  SecretString: value,
  GenerateSecretString: generate,
}: v.InferOutput<typeof secretSchema>): InitialSecret => {
  if (value !== undefined) return { kind: "given", value };
  if (!generate) return { kind: "empty" };
  const { SecretStringTemplate: template, GenerateStringKey: key } = generate;
  return {
    kind: "generated",
    within: template !== undefined && key !== undefined ? { template, key } : undefined,
  };
};
