import { readFileSync, writeFileSync } from "node:fs";
import * as v from "valibot";

// Two faults of the emulator would refuse what AWS allows. Templates are changed by so much, and no more (left-out.ts).

const actions = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((given) => [given].flat()),
);

/** AWS checks a batch as its single action, and the emulator as an action of its own. */
const withBatches = (given: readonly string[]): string[] =>
  given.flatMap((action) =>
    /^sqs:(Send|Delete)Message$|^sqs:ChangeMessageVisibility$/.test(action)
      ? [action, `${action}Batch`]
      : action,
  );

const exported = v.object({
  Value: v.strictObject({ Ref: v.string() }),
  Export: v.object({ Name: v.string() }),
});

/** The `Ref` of a secret is its ARN on AWS, and its name in the emulator; both have the ARN as the attribute `Id`. */
const withSecretArn = (output: unknown, isSecret: (id: string) => boolean): unknown =>
  v.is(exported, output) && isSecret(output.Value.Ref)
    ? { ...output, Value: { "Fn::GetAtt": [output.Value.Ref, "Id"] } }
    : output;

const resources = v.object({ Resources: v.record(v.string(), v.object({ Type: v.string() })) });

export const adaptTemplate = (file: string): void => {
  const text = readFileSync(file, "utf8");
  const { Resources } = v.parse(v.pipe(v.string(), v.parseJson(), resources), text);
  const isSecret = (id: string): boolean => Resources[id]?.Type === "AWS::SecretsManager::Secret";
  const adapted = JSON.parse(text, (key, value: unknown) =>
    key === "Action" && v.is(actions, value)
      ? withBatches(v.parse(actions, value))
      : withSecretArn(value, isSecret),
  );
  writeFileSync(file, JSON.stringify(adapted));
};
