import { type HttpServer, startHttpServer } from "../../local/http-server.ts";

/** A deployed stack. */
export interface FakeStack {
  readonly status?: string;
  readonly outputs?: Readonly<Record<string, string>>;
  /** Physical ids of its functions, by logical id. */
  readonly functions?: Readonly<Record<string, string>>;
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

const xml = (name: string, ...content: readonly string[]): string => `<${name}>${content.join("")}</${name}>`;

/** CloudFormation's reply to DescribeStacks or DescribeStackResources of one stack. */
export const stackReply = (form: URLSearchParams, stacks: Readonly<Record<string, FakeStack>>): Reply => {
  const name = form.get("StackName") ?? "";
  const stack = stacks[name];
  if (!stack) {
    const message = xml("Message", `Stack with id ${name} does not exist`);
    const error = xml("Error", xml("Type", "Sender"), xml("Code", "ValidationError"), message);
    return { status: 400, body: xml("ErrorResponse", error) };
  }
  const { status = "CREATE_COMPLETE", outputs = {}, functions = {} } = stack;
  const action = form.get("Action") ?? "";
  const content =
    action === "DescribeStackResources"
      ? xml(
          "StackResources",
          ...Object.entries(functions).map(([logical, physical]) =>
            xml(
              "member",
              xml("LogicalResourceId", logical),
              xml("PhysicalResourceId", physical),
              xml("ResourceType", "AWS::Lambda::Function"),
            ),
          ),
        )
      : xml(
          "Stacks",
          xml(
            "member",
            xml("StackName", name),
            xml("StackStatus", status),
            xml(
              "Outputs",
              ...Object.entries(outputs).map(([key, value]) =>
                xml("member", xml("OutputKey", key), xml("OutputValue", value)),
              ),
            ),
          ),
        );
  return { status: 200, body: xml(`${action}Response`, xml(`${action}Result`, content)) };
};

/** CloudFormation with a single stack. */
export const startCloudFormation = (name: string, outputs: Record<string, string>): Promise<HttpServer> =>
  startHttpServer(0, async (request, response) => {
    const form = new URLSearchParams((await request.toArray()).join(""));
    const { status, body } = stackReply(form, { [name]: { outputs } });
    response.writeHead(status).end(body);
  });
