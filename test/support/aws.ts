import type { IncomingMessage } from "node:http";
import { text as readText } from "node:stream/consumers";
import { type HttpServer, startHttpServer } from "../../local/http-server.ts";
import type { ClientConfig } from "../../scripts/command/bridge.ts";
import { errorReply, type FakeStack, type Reply, stackReply } from "./cloudformation.ts";
import { cloudWatchReply, type FakeMonitoring, subscriptionsReply } from "./cloudwatch.ts";

/** What an account of AWS contains, for commands that look at one. Tests change it while it runs. */
export interface AwsAccount extends FakeMonitoring {
  /** By name. */
  readonly stacks: Record<string, FakeStack>;
  /** By name. */
  readonly secrets: Record<string, string>;
  /** Undefined: the caller may not ask. */
  concurrency: number | undefined;
  /** Actions that the caller may not call. */
  readonly denied: Set<string>;
}

export interface FakeAws extends HttpServer {
  readonly account: AwsAccount;
  readonly config: ClientConfig;
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
  if (account.denied.has(action)) return denied();
  if (service === "secretsmanager") return secretReply(account, action, body);
  if (service === "GraniteServiceVersion20100801") return cloudWatchReply(account, action, body);
  const form = new URLSearchParams(body);
  if (account.denied.has(form.get("Action") ?? "")) return errorReply(403, "AccessDenied", "not authorized");
  if (form.get("Action") === "ListSubscriptionsByTopic") return subscriptionsReply(account);
  if (form.get("Action") === "GetCallerIdentity") return { status: 200, body: identity };
  return stackReply(form, account.stacks);
};

/** An account of AWS: STS, CloudFormation, Secrets Manager, CloudWatch, SNS and Lambda's limits, as far as commands use them. */
export const startAws = async (given: Partial<AwsAccount> = {}): Promise<FakeAws> => {
  const account: AwsAccount = {
    stacks: {},
    secrets: {},
    concurrency: 1_000,
    alarms: [],
    dashboards: {},
    subscriptions: {},
    metrics: {},
    denied: new Set(),
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
