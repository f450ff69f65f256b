import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { adaptTemplate } from "../../../../scripts/aws/emulated-template.ts";
import { temporaryFolder } from "../../local/aws/temporary-folder.ts";

const adapted = (template: object): unknown => {
  const file = join(temporaryFolder(), "template.json");
  writeFileSync(file, JSON.stringify(template));
  adaptTemplate(file);
  return JSON.parse(readFileSync(file, "utf8"));
};

const policy = (Action: string | string[]) => ({
  Type: "AWS::IAM::Policy",
  Properties: { PolicyDocument: { Statement: [{ Effect: "Allow", Action, Resource: "*" }] } },
});
const output = (id: string) => ({ Value: { Ref: id }, Export: { Name: `data:${id}` } });

test("a template gets what the emulator needs, and is otherwise the same", () => {
  const resources = { Key: { Type: "AWS::KMS::Key", Properties: { Description: "Apps" } } };
  const template = {
    Resources: {
      ...resources,
      Apps: { Type: "AWS::SecretsManager::Secret" },
      Send: policy("sqs:SendMessage"),
    },
    Outputs: { Apps: output("Apps"), Key: output("Key") },
  };
  expect(adapted(template)).toEqual({
    Resources: { ...template.Resources, Send: policy(["sqs:SendMessage", "sqs:SendMessageBatch"]) },
    Outputs: { Apps: { ...output("Apps"), Value: { "Fn::GetAtt": ["Apps", "Id"] } }, Key: output("Key") },
  });
});
