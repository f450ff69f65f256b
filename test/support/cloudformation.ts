import { type HttpServer, startHttpServer } from "../../local/http-server.ts";

/** CloudFormation with a single stack. */
export const startCloudFormation = (name: string, outputs: Record<string, string>): Promise<HttpServer> =>
  startHttpServer(0, async (request, response) => {
    const form = new URLSearchParams((await request.toArray()).join(""));
    const StackName = form.get("StackName");
    if (StackName !== name) {
      const error = `<Code>ValidationError</Code><Message>Stack with id ${StackName} does not exist</Message>`;
      response
        .writeHead(400)
        .end(`<ErrorResponse><Error><Type>Sender</Type>${error}</Error></ErrorResponse>`);
      return;
    }
    const members = Object.entries(outputs).map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    );
    const stack = `<member><StackName>${StackName}</StackName><Outputs>${members.join("")}</Outputs></member>`;
    response.end(
      `<DescribeStacksResponse><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    );
  });
