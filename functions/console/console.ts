import { toApiFailure } from "#adapters/api-gateway/api-error.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError, callerError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";
import { type BridgeRoutesPorts, makeBridgeRoutes } from "./bridge-routes.ts";
import { checkOwnPage } from "./check-own-page.ts";
import { type ConsoleReply, jsonReply, redirectTo } from "./console-reply.ts";
import type { ConsoleRequest } from "./console-request.ts";
import type { SessionReply } from "./page-calls.ts";
import { type PageFiles, pageName } from "./page-files.ts";
import { pageReply } from "./page-reply.ts";
import { safeHeaders } from "./safe-headers.ts";
import type { Operator, SignIn } from "./sign-in.ts";

/** What only a local run has. */
export interface LocalConsole {
  /** Initial values of the page's fields. */
  readonly botId: string;
  readonly userId: string;
  readonly routes: Readonly<Record<string, (request: ConsoleRequest) => Promise<ConsoleReply>>>;
}

export interface ConsolePorts extends BridgeRoutesPorts {
  readonly page: () => Promise<PageFiles>;
  /** Undefined in a local run, which serves this machine only and needs no sign-in. */
  readonly signIn: SignIn | undefined;
  /** Undefined in a deployment. */
  readonly local: LocalConsole | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export type AnswerConsole = (request: ConsoleRequest) => Promise<ConsoleReply>;

type Route = (request: ConsoleRequest, operator: Operator | undefined) => Promise<ConsoleReply>;

/** The longest form of the API. */
const maxBodyBytes = 1024 * 1024;

/** Relative to the console's address, as the page uses it. */
const signInUrl = "sign-in";

const failureReply = (error: unknown): ConsoleReply => {
  const { status, body } = toApiFailure(error);
  const isUpstream = error instanceof BridgeError && error.code === "upstream_unavailable";
  return jsonReply(isUpstream ? 502 : status, body);
};

/**
 * The console: its page, and the calls that the page makes. The same for a deployment and a local run. Without a session nobody gets
 * anything but the way to sign in.
 */
export const makeConsole = (ports: ConsolePorts): AnswerConsole => {
  const { page, apps, signIn, local, clock, log } = ports;
  const bridge = makeBridgeRoutes(ports);

  /** The log says who has done what (docs/console.md). */
  const audited =
    (answer: ReturnType<typeof makeBridgeRoutes>["forward"]): Route =>
    async (request, operator) => {
      const beganAt = clock.now();
      return answer(request, (call) => {
        if (!operator) return;
        const { subject, name } = operator;
        log.info("console_call", { operator: subject, name, ...call, ms: clock.now() - beganAt });
      });
    };

  const session: Route = async ({ addresses }, operator) =>
    jsonReply(200, {
      name: operator?.name ?? null,
      bridgeUrl: addresses.bridgeUrl,
      apps: [...(await apps.appKeys())],
      local: local ? { botId: local.botId, userId: local.userId } : null,
      canSignOut: signIn !== undefined,
    } satisfies SessionReply);

  const forward = audited(bridge.forward);
  const routes = new Map<string, Route>([
    ["GET session.json", session],
    ["POST token", audited(bridge.token)],
    ["POST sign", audited(bridge.sign)],
    ...(signIn ? ([["POST sign-out", signIn.end]] as const) : []),
    ...Object.entries(local?.routes ?? {}),
  ]);

  /** Routes that need no session. */
  const openRoutes = new Map<string, AnswerConsole>(
    signIn
      ? [
          [`GET ${signInUrl}`, signIn.begin],
          [`GET ${signInUrl}/callback`, signIn.finish],
        ]
      : [],
  );

  const servePage = async ({ method, path, headers }: ConsoleRequest): Promise<ConsoleReply> => {
    const reply = pageReply(await page(), path === "" ? pageName : path, headers["accept-encoding"]);
    if (!reply) throw callerError("not_found", "no such path");
    if (method !== "GET" && method !== "HEAD")
      return jsonReply(405, { errorMessage: `${method}: must be GET` });
    return reply;
  };

  const refuseVisitor = ({ method, path, addresses }: ConsoleRequest): ConsoleReply =>
    method === "GET" && (path === "" || path === pageName)
      ? redirectTo(`${addresses.consoleUrl}${signInUrl}`)
      : jsonReply(401, { signInUrl, errorMessage: "not signed in" });

  const answer: AnswerConsole = async (request) => {
    const { method, path, body } = request;
    const open = openRoutes.get(`${method} ${path}`);
    if (open) return open(request);
    const operator = await signIn?.operatorOf(request);
    if (signIn && !operator) return refuseVisitor(request);
    const route = method === "POST" && path.startsWith("api/") ? forward : routes.get(`${method} ${path}`);
    if (!route) return servePage(request);
    if (method === "POST") checkOwnPage(request);
    if (body.length > maxBodyBytes)
      throw callerError("parameter_too_long", `body: at most ${maxBodyBytes} bytes`);
    return route(request, operator);
  };

  return async (request) => {
    const { headers, ...reply } = await answer(request).catch((error: unknown) => {
      const failure = failureReply(error);
      if (failure.status >= 500)
        log.error("console_request_failed", {
          path: request.path,
          status: failure.status,
          reason: String(error),
        });
      return failure;
    });
    const safe = safeHeaders(request.addresses, local !== undefined);
    return { ...reply, headers: { "cache-control": "no-store", ...safe, ...headers } };
  };
};
