import { type HttpServer, startHttpServer } from "../../local/http-server.ts";

/** A deployed stack. */
export interface FakeStack {
  readonly outputs?: Readonly<Record<string, string>>;
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

const xml = (name: string, ...content: readonly string[]): string => `<${name}>${content.join("")}</${name}>`;

/** CloudFormation's reply to DescribeStacks of one stack. */
export const stackReply = (form: URLSearchParams, stacks: Readonly<Record<string, FakeStack>>): Reply => {
  const name = form.get("StackName") ?? "";
  const stack = stacks[name];
  if (!stack) {
    const message = xml("Message", `Stack with id ${name} does not exist`);
    const error = xml("Error", xml("Type", "Sender"), xml("Code", "ValidationError"), message);
    return { status: 400, body: xml("ErrorResponse", error) };
  }
  const outputs = Object.entries(stack.outputs ?? {}).map(([key, value]) =>
    xml("member", xml("OutputKey", key), xml("OutputValue", value)),
  );
  const described = xml(
    "member",
    xml("StackName", name),
    xml("StackStatus", "CREATE_COMPLETE"),
    xml("Outputs", ...outputs),
  );
  const result = xml("DescribeStacksResult", xml("Stacks", described));
  return { status: 200, body: xml("DescribeStacksResponse", result) };
};

/** CloudFormation with a single stack. */
export const startCloudFormation = (name: string, outputs: Record<string, string>): Promise<HttpServer> =>
  startHttpServer(0, async (request, response) => {
    const form = new URLSearchParams((await request.toArray()).join(""));
    const { status, body } = stackReply(form, { [name]: { outputs } });
    response.writeHead(status).end(body);
  });
