import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { makeConfig } from "../../lib/config.ts";
import { DataStack } from "../../lib/data-stack.ts";

// A separate program: within Jest the CDK takes longer to load than all the other tests take to run.
const stack = new DataStack(new App(), "data", { config: makeConfig() });
console.log(JSON.stringify(Template.fromStack(stack).findResources("AWS::DynamoDB::GlobalTable")));
