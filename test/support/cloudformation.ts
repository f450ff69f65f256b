import { type HttpServer, startHttpServer } from "../../local/http-server.ts";

/** A deployed stack. */
export interface FakeStack {
  readonly status?: string;
  readonly outputs?: Readonly<Record<string, string>>;
  /** Names of its functions, by logical id. */
  readonly functions?: Readonly<Record<string, string>>;
  readonly logGroups?: readonly string[];
  /** Physical ids of its other resources. */
  readonly resources?: readonly string[];
}

export interface Reply {
  readonly status: number;
  readonly body: string;
}

export const xml = (name: string, ...content: readonly string[]): string =>
  `<${name}>${content.join("")}</${name}>`;

export const errorReply = (status: number, code: string, message: string): Reply => ({
  status,
  body: xml("ErrorResponse", xml("Error", xml("Type", "Sender"), xml("Code", code), xml("Message", message))),
});

const described = (name: string, { status = "CREATE_COMPLETE", outputs = {} }: FakeStack): string =>
  xml(
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

const listed = ({ functions = {}, logGroups = [], resources = [] }: FakeStack): string =>
  xml(
    "StackResourceSummaries",
    ...Object.entries(functions).map(([logicalId, name]) =>
      xml(
        "member",
        xml("LogicalResourceId", logicalId),
        xml("PhysicalResourceId", name),
        xml("ResourceType", "AWS::Lambda::Function"),
        xml("ResourceStatus", "CREATE_COMPLETE"),
      ),
    ),
    ...logGroups.map((name) =>
      xml("member", xml("PhysicalResourceId", name), xml("ResourceType", "AWS::Logs::LogGroup")),
    ),
    ...resources.map((id) =>
      xml("member", xml("PhysicalResourceId", id), xml("ResourceStatus", "CREATE_COMPLETE")),
    ),
  );

/** CloudFormation's reply to DescribeStacks or ListStackResources of one stack. */
export const stackReply = (form: URLSearchParams, stacks: Readonly<Record<string, FakeStack>>): Reply => {
  const name = form.get("StackName") ?? "";
  const action = form.get("Action") ?? "";
  const stack = stacks[name];
  if (!stack) return errorReply(400, "ValidationError", `Stack with id ${name} does not exist`);
  const content = action === "ListStackResources" ? listed(stack) : described(name, stack);
  return { status: 200, body: xml(`${action}Response`, xml(`${action}Result`, content)) };
};

/** CloudFormation with a single stack. */
export const startCloudFormation = (name: string, outputs: Record<string, string>): Promise<HttpServer> =>
  startHttpServer(0, async (request, response) => {
    const form = new URLSearchParams((await request.toArray()).join(""));
    const { status, body } = stackReply(form, { [name]: { outputs } });
    response.writeHead(status).end(body);
  });
