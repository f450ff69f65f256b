import { expect, test } from "@jest/globals";
import { stackOutputs } from "../../../local/stack-outputs.ts";
import { temporaryFolder } from "./aws/temporary-folder.ts";
import { writeAssembly } from "./aws/write-assembly.ts";

const stacks = {
  Data: {
    Resources: { Turns: { Type: "AWS::DynamoDB::GlobalTable", Properties: {} } },
    Outputs: { Name: { Value: { Ref: "Turns" }, Export: { Name: "Data:Turns" } } },
  },
  Messaging: {
    Resources: { Jobs: { Type: "AWS::SQS::Queue", Properties: { FifoQueue: true } } },
    Outputs: {
      JobsUrl: { Value: { Ref: "Jobs" } },
      TurnsTable: { Value: { "Fn::ImportValue": "Data:Turns" } },
    },
  },
};

test("a stack's outputs lead to the local queues, and name other stacks' tables", () => {
  const folder = writeAssembly(temporaryFolder(), { stacks });
  const url = "http://127.0.0.1:4100/000000000000/Messaging-Jobs.fifo";
  expect(stackOutputs(folder, "Messaging", new Map([["Messaging-Jobs.fifo", url]]))).toEqual({
    JobsUrl: url,
    TurnsTable: "Data-Turns",
  });
});
