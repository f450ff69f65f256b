import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { startHttpServer } from "../../local/http-server.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { run } from "../support/local-run.ts";

describe("a problem at the start is one clear line and exit code 1", () => {
  test.each(["PORT", "CONSOLE_PORT"])(
    "a port in use, of %s",
    async (setting) => {
      const otherServer = closeAfterEach(createServer().listen(0, "127.0.0.1"));
      await once(otherServer, "listening");
      const address = otherServer.address();
      const port = typeof address === "object" ? String(address?.port) : "";
      const { code, stderr, stdout } = await run([process.execPath, "local/main.ts"], { [setting]: port })
        .ended;
      expect({ code, stderr, stdout }).toEqual({
        code: 1,
        stderr: `Port ${port} is already in use. Set ${setting} to another port (0: any free port).\n`,
        stdout: "",
      });
    },
    60_000,
  );

  test.each([
    [{ PORT: "http" }, "PORT must be a port, 0 for any\n"],
    [{ RONGCLOUD_API_URL: "nowhere" }, "RONGCLOUD_API_URL must be an http or https URL\n"],
    [{ DIFY_API_KEY: "app-x" }, "DIFY_API_URL and DIFY_API_KEY go together: give both or neither\n"],
    [{ SQS_ENDPOINT: "http://127.0.0.1:9" }, "SQS_ENDPOINT: no server responds at http://127.0.0.1:9\n"],
    [
      { DYNAMODB_ENDPOINT: "http://127.0.0.1:9" },
      "DYNAMODB_ENDPOINT: no server responds at http://127.0.0.1:9\n",
    ],
    [{ DATA_DIR: "package.json" }, "DATA_DIR package.json is not a writable folder (EEXIST)\n"],
    [{ DATA_DIR: "package.json/x" }, "DATA_DIR package.json/x is not a writable folder (ENOTDIR)\n"],
    [
      { DIFY_API_URL: "http://127.0.0.1:9/v1", DIFY_API_KEY: "app-x" },
      "DIFY_API_URL: no server responds at http://127.0.0.1:9/v1/info\n",
    ],
  ])(
    "%o",
    async (environment, line) => {
      const { code, stderr } = await run([process.execPath, "local/main.ts"], environment).ended;
      expect({ code, stderr }).toEqual({ code: 1, stderr: line });
    },
    60_000,
  );

  const refused = {
    __type: "UnrecognizedClientException",
    message: "The security token included in the request is invalid.",
  };

  test.each([
    ["SQS_ENDPOINT", 404, "<html>\nnot found</html>", "its response is not that of SQS"],
    ["SQS_ENDPOINT", 200, '{"hello":1}', /^its response to CreateQueue has no URL of \S+$/],
    ["SQS_ENDPOINT", 403, JSON.stringify(refused), `${refused.__type}: ${refused.message}`],
    ["DYNAMODB_ENDPOINT", 404, "<html>\nnot found</html>", "its response is not that of DynamoDB"],
    ["DYNAMODB_ENDPOINT", 200, '{"hello":1}', /^its response to DescribeTable has no table \S+$/],
    ["DYNAMODB_ENDPOINT", 403, JSON.stringify(refused), `${refused.__type}: ${refused.message}`],
  ])(
    "a server of %s that responds with %d %s",
    async (variable, status, body, reason) => {
      const other = closeAfterEach(
        await startHttpServer(0, async (_request, response) => {
          response.writeHead(status).end(body);
        }),
      );
      const { code, stderr } = await run([process.execPath, "local/main.ts"], { [variable]: other.url })
        .ended;
      const start = `${variable}: the server at ${other.url} cannot be used: `;
      expect(stderr.slice(0, start.length)).toBe(start);
      expect(stderr.slice(start.length, -1)).toEqual(
        typeof reason === "string" ? reason : expect.stringMatching(reason),
      );
      expect(stderr.endsWith("\n")).toBe(true);
      expect(code).toBe(1);
    },
    60_000,
  );

  test("a Node that is too old", async () => {
    const oldNode = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"18.19.0"})';
    const command = [process.execPath, "--import", oldNode, "scripts/run.mjs", "local/main.ts"] as const;
    const { code, stderr } = await run(command).ended;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "Node 20 or later is required; this is Node 18.19.0.\n",
    });
  });
});
