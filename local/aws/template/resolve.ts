import { ACCOUNT, functionNameOf, REGION } from "./account.ts";
import { attributeOf, defaultName, namePropertyOf, type Physical, refOf } from "./physical.ts";
import { type Place, unresolvable } from "./place.ts";
import type { Template } from "./stack-template.ts";

type Resource = Template["Resources"][string];
type Intrinsic = (argument: unknown, place: Place) => unknown;

const pseudoParameters = new Map([
  ["AWS::AccountId", ACCOUNT],
  ["AWS::Partition", "aws"],
  ["AWS::Region", REGION],
  ["AWS::URLSuffix", "amazonaws.com"],
]);

/** The intrinsics that the stacks of lib/ use. */
const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, place) => reference(string(argument, place, "Ref"), place),
  "Fn::GetAtt": (argument, place) => {
    const [logicalId, attribute] = array(argument, place, "Fn::GetAtt");
    return attributeIn(string(logicalId, place, "Fn::GetAtt"), string(attribute, place, "Fn::GetAtt"), place);
  },
  "Fn::Join": (argument, place) => {
    const [separator, parts] = array(argument, place, "Fn::Join");
    return array(parts, place, "Fn::Join")
      .map((part) => string(part, place, "Fn::Join"))
      .join(string(separator, place, "Fn::Join"));
  },
  "Fn::Select": (argument, place) => {
    const [index, choices] = array(argument, place, "Fn::Select");
    return array(choices, place, "Fn::Select")[Number(index)];
  },
  "Fn::Split": (argument, place) => {
    const [separator, whole] = array(argument, place, "Fn::Split");
    return string(whole, place, "Fn::Split").split(string(separator, place, "Fn::Split"));
  },
  "Fn::Sub": (argument, place) =>
    string(argument, place, "Fn::Sub").replace(/\$\{([^}]+)\}/g, (_whole, name: string) =>
      reference(name, place),
    ),
  "Fn::ImportValue": (argument, place) => importedValue(string(argument, place, "Fn::ImportValue"), place),
};

/** Replaces every intrinsic in the value with its result at this place. */
export const resolve = (value: unknown, place: Place): unknown => {
  if (Array.isArray(value)) return value.map((item) => resolve(item, place));
  if (!isRecord(value)) return value;
  const [entry, ...others] = Object.entries(value);
  if (entry && others.length === 0 && isIntrinsic(entry[0])) {
    const intrinsic = intrinsics[entry[0]];
    if (!intrinsic) throw unresolvable(place, entry[0], "local/aws/template/resolve.ts does not support it");
    return intrinsic(resolve(entry[1], place), place);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, place)]));
};

export const physicalOf = (logicalId: string, resource: Resource, place: Place): Physical => {
  const property = namePropertyOf(resource.Type);
  const given = property ? resolve(resource.Properties[property], place) : undefined;
  const fifo = resource.Properties.FifoQueue === true;
  return {
    type: resource.Type,
    name: typeof given === "string" ? given : defaultName(place.stack.name, logicalId, resource.Type, fifo),
    ...(qualified.has(resource.Type) && {
      functionName: functionNameOf(
        string(resolve(resource.Properties.FunctionName, place), place, logicalId),
      ),
    }),
  };
};

/** Types that refer to a version of a function. */
const qualified: ReadonlySet<string> = new Set(["AWS::Lambda::Alias", "AWS::Lambda::Version"]);

const isIntrinsic = (key: string): boolean => key === "Ref" || key === "Condition" || key.startsWith("Fn::");

const reference = (name: string, place: Place): string =>
  pseudoParameters.get(name) ?? refOf(resourceIn(name, place, `Ref ${name}`));

const attributeIn = (logicalId: string, attribute: string, place: Place): string => {
  const intrinsic = `Fn::GetAtt ${logicalId}.${attribute}`;
  const resource = resourceIn(logicalId, place, intrinsic);
  const value = attributeOf(resource, attribute);
  if (value === undefined) throw unresolvable(place, intrinsic, `not supported for ${resource.type}`);
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
      const exportPlace = { ...place, stack, logicalId };
      if (output.Export && resolve(output.Export.Name, exportPlace) === name)
        return resolve(output.Value, exportPlace);
    }
  }
  throw unresolvable(place, `Fn::ImportValue ${name}`, "no stack exports it");
};

const string = (value: unknown, place: Place, intrinsic: string): string => {
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw unresolvable(place, intrinsic, `expected a string, got ${JSON.stringify(value)}`);
};

const array = (value: unknown, place: Place, intrinsic: string): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  throw unresolvable(place, intrinsic, `expected an array, got ${JSON.stringify(value)}`);
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
