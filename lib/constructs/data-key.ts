import { Aws, Stack } from "aws-cdk-lib";
import { AccountRootPrincipal, AnyPrincipal, PolicyDocument, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";

/** Actions that DynamoDB and Secrets Manager perform with the key on behalf of their callers. */
const serviceActions = [
  "kms:Encrypt",
  "kms:Decrypt",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:DescribeKey",
];

/** Actions of the account's administrators. */
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
 * The key that encrypts the tables and the secret. Its policy is the only grant: administrators of the account can
 * manage it, and it can only be used through DynamoDB and Secrets Manager by principals with access to the item or the
 * secret. No role names the key, so no role can decrypt with it directly, however broad its permissions.
 */
export const makeDataKey = (scope: Construct, id: string): Key => {
  const service = (name: string): string => `${name}.${Aws.REGION}.${Stack.of(scope).urlSuffix}`;
  const sameAccount = { "kms:CallerAccount": Aws.ACCOUNT_ID };
  return new Key(scope, id, {
    description: "Bot Bridge: encrypts the tables and the secret",
    enableKeyRotation: true,
    policy: new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: "Administer",
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
              ...sameAccount,
              "kms:ViaService": [service("dynamodb"), service("secretsmanager")],
            },
          },
        }),
        new PolicyStatement({
          sid: "GrantToServices",
          principals: [new AnyPrincipal()],
          actions: ["kms:CreateGrant"],
          resources: ["*"],
          conditions: {
            StringEquals: { ...sameAccount, "kms:ViaService": service("dynamodb") },
            Bool: { "kms:GrantIsForAWSResource": "true" },
          },
        }),
      ],
    }),
  });
};
