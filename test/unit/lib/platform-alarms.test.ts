import { expect, test } from "@jest/globals";
import { App, Stack } from "aws-cdk-lib";
import { RestApi } from "aws-cdk-lib/aws-apigateway";
import { MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { platformAlarms } from "../../../lib/observability/platform-alarms.ts";
import { temporaryFolder } from "../local/aws/temporary-folder.ts";

test("an alarm for a sum over more functions than it can watch is several alarms, which watch each of them once", () => {
  const stack = new Stack(new App({ outdir: temporaryFolder() }), "stack");
  const watchedFunction = (name: string) => ({
    name,
    lambda: new LambdaFunction(stack, name, {
      code: Code.fromInline("0"),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
    }),
  });
  const api = new RestApi(stack, "Api");
  api.root.addMethod("GET");
  const names = ["ImCallback", ...Array.from({ length: 22 }, (_, index) => `Route${index}`)];
  const metric = new Metric({ namespace: "n", metricName: "m" });
  const alarms = platformAlarms(
    {
      api,
      tables: [],
      apiFunctions: names.map(watchedFunction),
      workers: [watchedFunction("Worker")],
      queues: [],
      functionLogs: [],
      webRoutes: [],
      releases: [],
      accessLogs: new LogGroup(stack, "AccessLogs"),
    },
    { throttledByGateway: metric, reusedSignatures: metric },
  );
  const watchedBy = (id: RegExp): number[] =>
    alarms
      .filter((alarm) => id.test(alarm.id))
      .map((alarm) =>
        alarm.metric instanceof MathExpression ? Object.keys(alarm.metric.usingMetrics).length : 1,
      );
  expect(watchedBy(/^ApiFunctionErrors/)).toEqual([10, 10, 3]);
  expect(watchedBy(/^ApiFunctionThrottles/)).toEqual([10, 10, 3]);
  expect(watchedBy(/^Worker/)).toEqual([1, 1]);
  expect(new Set(alarms.map(({ id }) => id)).size).toBe(alarms.length);
});
