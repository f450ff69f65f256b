import { text as readText } from "node:stream/consumers";
import { expect, test } from "@jest/globals";
import { startHttpServer } from "../../local/http-server.ts";
import { readStageLog } from "../../scripts/story/read-stage-log.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { stackReply } from "../support/cloudformation.ts";

const message = (requestId: string, event: string) =>
  JSON.stringify({ timestamp: "2026-11-27T14:03:00.000Z", level: "INFO", event, requestId, user: "Qx7" });

/** CloudFormation and CloudWatch Logs with a query's results, which are ready at the second look. */
const startLogs = async (resultsOf: (query: string) => readonly string[]) => {
  const queries: { readonly queryString: string; readonly logGroupNames: readonly string[] }[] = [];
  let looks = 0;
  const stacks = {
    "bot-bridge-dev-messaging": { logGroups: ["worker-logs"], functions: { Worker: "worker" } },
    "bot-bridge-dev-api": { logGroups: ["publish-logs", "callback-logs"] },
  };
  const server = await startHttpServer(0, async (request, response) => {
    const body = await readText(request);
    const [, action] = String(request.headers["x-amz-target"] ?? "").split(".");
    if (action === "StartQuery") {
      queries.push(JSON.parse(body));
      looks = 0;
      response.end(JSON.stringify({ queryId: "q" }));
    } else if (action === "GetQueryResults") {
      looks += 1;
      const results = resultsOf(queries.at(-1)?.queryString ?? "").map((value) => [
        { field: "@message", value },
      ]);
      response.end(JSON.stringify(looks < 2 ? { status: "Running" } : { status: "Complete", results }));
    } else {
      const { status, body: reply } = stackReply(new URLSearchParams(body), stacks);
      response.writeHead(status).end(reply);
    }
  });
  closeAfterEach(server);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return { queries, aws: { endpoint: server.url, region: "eu-west-1", credentials } };
};

const filter = { users: new Set(["Qx7"]), id: undefined, since: 1_000, until: 61_000 };

test("a stage's log is asked for the user's lines in all its functions' groups, then for all lines of those requests", async () => {
  const { queries, aws } = await startLogs((query) =>
    query.includes('requestId in ["r1"]')
      ? [message("r1", "job_accepted"), "START RequestId: no JSON", message("r1", "job_delivered")]
      : [message("r1", "job_accepted")],
  );
  const lines = await readStageLog("dev", filter, aws);
  expect(lines.map(({ event }) => event)).toEqual(["job_accepted", "job_delivered"]);
  expect(queries).toMatchObject([
    {
      logGroupNames: ["worker-logs", "publish-logs", "callback-logs"],
      startTime: 1,
      endTime: 61,
      queryString: expect.stringContaining('ispresent(requestId) and user in ["Qx7"]'),
    },
    { queryString: expect.stringContaining('requestId in ["r1"]'), endTime: 961 },
  ]);
});

test("an id that contains a quote does not end the query's string", async () => {
  const { queries, aws } = await startLogs(() => []);
  expect(await readStageLog("dev", { ...filter, users: undefined, id: 'm" or 1=1' }, aws)).toEqual([]);
  expect(queries[0]?.queryString).toContain('msgUID = "m\\" or 1=1"');
});

test("a stage without stacks is one line", async () => {
  const { aws } = await startLogs(() => []);
  await expect(readStageLog("prod", filter, aws)).rejects.toThrow(
    "the log of stage prod: Stack with id bot-bridge-prod-messaging does not exist",
  );
});
