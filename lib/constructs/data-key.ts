import { Aws, Stack } from "aws-cdk-lib";
import { AccountRootPrincipal, AnyPrincipal, PolicyDocument, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";

/** What DynamoDB and Secrets Manager do with a key in the name of whoever calls them. */
const serviceActions = [
  "kms:Encrypt",
  "kms:Decrypt",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:DescribeKey",
];

const adminActions = [
  "kms:DescribeKey",
  "kms:GetKeyPolicy",
  "kms:PutKeyPolicy",
  "kms:ListKeyPolicies",
  "kms:EnableKey",
  "kms:DisableKey",
  "kms:GetKeyRotationStatus",
  "kms:EnableKeyRotation",
  "kms:DisableKeyRotation",
  "kms:ListKeyRotations",
  "kms:RotateKeyOnDemand",
  "kms:UpdateKeyDescription",
  "kms:ListResourceTags",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:ListGrants",
  "kms:RevokeGrant",
  "kms:ScheduleKeyDeletion",
  "kms:CancelKeyDeletion",
];

/**
 * The key that tables and secret are encrypted with. Its policy is all there is: the account's administrators may keep it
 * and nobody may use it but through DynamoDB and Secrets Manager, where being allowed the item or the secret is what
 * counts. So no role names the key, and no role, however wide, decrypts anything by itself.
 */
export const makeDataKey = (scope: Construct, id: string): Key => {
  const service = (name: string): string => `${name}.${Aws.REGION}.${Stack.of(scope).urlSuffix}`;
  const ofThisAccount = { "kms:CallerAccount": Aws.ACCOUNT_ID };
  return new Key(scope, id, {
    description: "Bot Bridge: encrypts its tables and its secret",
    enableKeyRotation: true,
    policy: new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: "Keep",
          principals: [new AccountRootPrincipal()],
          actions: adminActions,
          resources: ["*"],
        }),
        new PolicyStatement({
          sid: "UseThroughServices",
          principals: [new AnyPrincipal()],
          actions: serviceActions,
          resources: ["*"],
          conditions: {
            StringEquals: {
              ...ofThisAccount,
              "kms:ViaService": [service("dynamodb"), service("secretsmanager")],
            },
          },
        }),
        new PolicyStatement({
          sid: "LendToServices",
          principals: [new AnyPrincipal()],
          actions: ["kms:CreateGrant"],
          resources: ["*"],
          conditions: {
            StringEquals: { ...ofThisAccount, "kms:ViaService": service("dynamodb") },
            Bool: { "kms:GrantIsForAWSResource": "true" },
          },
        }),
      ],
    }),
  });
};
