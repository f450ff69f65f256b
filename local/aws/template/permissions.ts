import * as v from "valibot";
import { resourcesOf } from "./resources.ts";
import type { StackTemplate } from "./stack-template.ts";

/** One action on one resource, by its ARN. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
}

const oneOrMore = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((given) => [given].flat()),
);

const policySchema = v.object({
  PolicyDocument: v.object({
    Statement: v.array(v.object({ Action: oneOrMore, Resource: oneOrMore })),
  }),
  Roles: v.array(v.string()),
});
const functionSchema = v.object({ Role: v.optional(v.string(), "") });

/** What each role allows, by the role's name. A test checks that no statement denies or has a condition. */
export const permissionsByRole = (
  stacks: readonly StackTemplate[],
): ReadonlyMap<string, readonly Permission[]> => {
  const granted = resourcesOf(stacks, "AWS::IAM::Policy", policySchema).flatMap(({ properties }) =>
    properties.PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => Resource.map((resource) => ({ action, resource }))),
    ).flatMap((permission) => properties.Roles.map((role) => ({ role, permission }))),
  );
  return new Map(
    [...Map.groupBy(granted, ({ role }) => role)].map(([role, each]) => [
      role,
      each.map(({ permission }) => permission),
    ]),
  );
};

/** What the role of each function allows, by the function's name. */
export const permissionsOf = (
  stacks: readonly StackTemplate[],
): ReadonlyMap<string, readonly Permission[]> => {
  const byRole = permissionsByRole(stacks);
  return new Map(
    resourcesOf(stacks, "AWS::Lambda::Function", functionSchema).map(({ name, properties }) => [
      name,
      byRole.get(properties.Role.split("/").at(-1) ?? "") ?? [],
    ]),
  );
};
