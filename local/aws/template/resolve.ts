import { ACCOUNT, functionNameOf, REGION } from "./account.ts";
import { attributeOf, defaultName, namePropertyOf, type Physical, refOf } from "./physical.ts";
import { type Place, unresolvable } from "./place.ts";
import type { Template } from "./stack-template.ts";
import { substitute } from "./substitute.ts";

type Resource = Template["Resources"][string];
type Intrinsic = (argument: unknown, place: Place) => unknown;

const pseudoParameters: Readonly<Record<string, string | undefined>> = {
  "AWS::AccountId": ACCOUNT,
  "AWS::NoValue": undefined,
  "AWS::Partition": "aws",
  "AWS::Region": REGION,
  "AWS::URLSuffix": "amazonaws.com",
};

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, place) => reference(text(argument, place, "Ref"), place),
  "Fn::GetAtt": (argument, place) => {
    const [logicalId, attribute] = list(argument, place, "Fn::GetAtt");
    return attributeIn(text(logicalId, place, "Fn::GetAtt"), text(attribute, place, "Fn::GetAtt"), place);
  },
  "Fn::Join": (argument, place) => {
    const [separator, parts] = list(argument, place, "Fn::Join");
    return list(parts, place, "Fn::Join")
      .map((part) => text(part, place, "Fn::Join"))
      .join(text(separator, place, "Fn::Join"));
  },
  "Fn::Select": (argument, place) => {
    const [index, choices] = list(argument, place, "Fn::Select");
    return list(choices, place, "Fn::Select")[Number(index)];
  },
  "Fn::Split": (argument, place) => {
    const [separator, whole] = list(argument, place, "Fn::Split");
    return text(whole, place, "Fn::Split").split(text(separator, place, "Fn::Split"));
  },
  "Fn::Sub": (argument, place) => {
    const [pattern, variables] =
      typeof argument === "string" ? [argument, {}] : list(argument, place, "Fn::Sub");
    return substitute(text(pattern, place, "Fn::Sub"), (name) => {
      if (isRecord(variables) && name in variables) return text(variables[name], place, "Fn::Sub");
      const [logicalId = "", ...attribute] = name.split(".");
      const value =
        attribute.length === 0 ? reference(name, place) : attributeIn(logicalId, attribute.join("."), place);
      return text(value, place, "Fn::Sub");
    });
  },
  "Fn::ImportValue": (argument, place) => importedValue(text(argument, place, "Fn::ImportValue"), place),
  "Fn::If": (argument, place) => {
    const [condition, whenTrue, whenFalse] = list(argument, place, "Fn::If");
    return conditionHolds(text(condition, place, "Fn::If"), place) ? whenTrue : whenFalse;
  },
  "Fn::Equals": (argument, place) => {
    const [left, right] = list(argument, place, "Fn::Equals");
    return left === right;
  },
  "Fn::Not": (argument, place) => list(argument, place, "Fn::Not")[0] !== true,
  "Fn::And": (argument, place) => list(argument, place, "Fn::And").every((each) => each === true),
  "Fn::Or": (argument, place) => list(argument, place, "Fn::Or").some((each) => each === true),
  Condition: (argument, place) => conditionHolds(text(argument, place, "Condition"), place),
};

/** The value with every intrinsic replaced by what it means at this place. */
export const resolve = (value: unknown, place: Place): unknown => {
  if (Array.isArray(value))
    return value.map((item) => resolve(item, place)).filter((item) => item !== undefined);
  if (!isRecord(value)) return value;
  const [entry, ...others] = Object.entries(value);
  if (entry && others.length === 0 && isIntrinsic(entry[0])) {
    const intrinsic = intrinsics[entry[0]];
    if (!intrinsic) throw unresolvable(place, entry[0], "this intrinsic is not known here");
    return intrinsic(resolveArgument(entry[1], place), place);
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, resolve(item, place)] as const)
      .filter(([, item]) => item !== undefined),
  );
};

/** Unlike a list of the template's own, an intrinsic's keeps the place of an AWS::NoValue: Fn::If counts on it. */
const resolveArgument = (argument: unknown, place: Place): unknown =>
  Array.isArray(argument) ? argument.map((item) => resolve(item, place)) : resolve(argument, place);

export const conditionHolds = (name: string, place: Place): boolean => {
  const condition = place.stack.template.Conditions[name];
  if (condition === undefined)
    throw unresolvable(place, `Condition ${name}`, "the template has none so named");
  return resolve(condition, place) === true;
};

export const physicalOf = (logicalId: string, resource: Resource, place: Place): Physical => {
  const property = namePropertyOf(resource.Type);
  const given = property ? resolve(resource.Properties[property], place) : undefined;
  const fifo = resource.Properties.FifoQueue === true;
  return {
    type: resource.Type,
    name: typeof given === "string" ? given : defaultName(place.stack.name, logicalId, resource.Type, fifo),
    ...(qualified.has(resource.Type) && {
      functionName: functionNameOf(text(resolve(resource.Properties.FunctionName, place), place, logicalId)),
    }),
  };
};

/** What stands for a function by a version of it. */
const qualified: ReadonlySet<string> = new Set(["AWS::Lambda::Alias", "AWS::Lambda::Version"]);

const isIntrinsic = (key: string): boolean => key === "Ref" || key === "Condition" || key.startsWith("Fn::");

const reference = (name: string, place: Place): unknown => {
  if (name === "AWS::StackName") return place.stack.name;
  if (name in pseudoParameters) return pseudoParameters[name];
  const parameter = place.stack.template.Parameters[name];
  if (parameter?.Default !== undefined) return parameter.Default;
  return refOf(resourceIn(name, place, `Ref ${name}`));
};

const attributeIn = (logicalId: string, attribute: string, place: Place): string => {
  const intrinsic = `Fn::GetAtt ${logicalId}.${attribute}`;
  const resource = resourceIn(logicalId, place, intrinsic);
  const value = attributeOf(resource, attribute);
  if (value === undefined) throw unresolvable(place, intrinsic, `not known of ${resource.type}`);
  return value;
};

const resourceIn = (logicalId: string, place: Place, intrinsic: string): Physical => {
  const resource = place.stack.template.Resources[logicalId];
  if (!resource) throw unresolvable(place, intrinsic, "the template has no such resource");
  return physicalOf(logicalId, resource, place);
};

const importedValue = (name: string, place: Place): unknown => {
  for (const stack of place.stacks) {
    for (const [logicalId, output] of Object.entries(stack.template.Outputs)) {
      const there = { ...place, stack, logicalId };
      if (output.Export && resolve(output.Export.Name, there) === name) return resolve(output.Value, there);
    }
  }
  throw unresolvable(place, `Fn::ImportValue ${name}`, "no stack exports it");
};

const text = (value: unknown, place: Place, intrinsic: string): string => {
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw unresolvable(place, intrinsic, `expected text, got ${JSON.stringify(value)}`);
};

const list = (value: unknown, place: Place, intrinsic: string): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  throw unresolvable(place, intrinsic, `expected a list, got ${JSON.stringify(value)}`);
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
