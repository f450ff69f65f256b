import type { IncomingMessage } from "node:http";
import { text as readText } from "node:stream/consumers";
import { type HttpServer, startHttpServer } from "../../local/http-server.ts";
import type { ClientConfig } from "../../scripts/command/bridge.ts";
import { type FakeStack, stackReply } from "./cloudformation.ts";

/** What an account of AWS contains, for commands that look at one. Tests change it while it runs. */
export interface AwsAccount {
  /** By name. */
  readonly stacks: Record<string, FakeStack>;
  /** By name. */
  readonly secrets: Record<string, string>;
  /** Undefined: the caller may not ask. */
  concurrency: number | undefined;
}

export interface FakeAws extends HttpServer {
  readonly account: AwsAccount;
  readonly config: ClientConfig;
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

const json = (body: object, status = 200): Reply => ({ status, body: JSON.stringify(body) });
const denied = (): Reply => json({ __type: "AccessDeniedException", message: "not authorized" }, 403);

const identity =
  "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>" +
  "<Arn>arn:aws:iam::123456789012:user/ops</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>";

const secretReply = ({ secrets }: AwsAccount, action: string, body: string): Reply => {
  const { SecretId, SecretString } = JSON.parse(body);
  const stored = secrets[SecretId];
  if (stored === undefined) return json({ __type: "ResourceNotFoundException", message: "no secret" }, 400);
  if (action !== "PutSecretValue") return json({ Name: SecretId, SecretString: stored });
  secrets[SecretId] = SecretString;
  return json({ Name: SecretId });
};

const replyTo = (account: AwsAccount, { headers, url = "" }: IncomingMessage, body: string): Reply => {
  if (url.endsWith("/account-settings"))
    return account.concurrency === undefined
      ? denied()
      : json({ AccountLimit: { ConcurrentExecutions: account.concurrency } });
  const [service = "", action = ""] = String(headers["x-amz-target"] ?? "").split(".");
  if (service === "secretsmanager") return secretReply(account, action, body);
  const form = new URLSearchParams(body);
  if (form.get("Action") === "GetCallerIdentity") return { status: 200, body: identity };
  return stackReply(form, account.stacks);
};

/** An account of AWS: STS, CloudFormation, Secrets Manager and Lambda's limits, as far as commands use them. */
export const startAws = async (given: Partial<AwsAccount> = {}): Promise<FakeAws> => {
  const account: AwsAccount = {
    stacks: {},
    secrets: {},
    concurrency: 1_000,
    ...given,
  };
  const server = await startHttpServer(0, async (request, response) => {
    const { status, body } = replyTo(account, request, await readText(request));
    response.writeHead(status).end(body);
  });
  return {
    ...server,
    account,
    config: {
      endpoint: server.url,
      region: "eu-west-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    },
  };
};
