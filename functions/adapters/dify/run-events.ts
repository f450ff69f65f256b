import type { HttpResponse } from "#adapters/http/http-client.ts";
import type { CallDifyPorts } from "./call-dify.ts";
import { difyUser } from "./dify-ids.ts";
import { type DifyIntegration, difyHeaders, difyUrl } from "./dify-request.ts";

/** A run, and the user who asked: nobody else can read its events. */
export interface RunOfUser {
  readonly runId: string;
  readonly user: string;
}

/** Opens the events of a run from now on (docs/spec/dify.md, A9; Dify ≥1.13). */
export const makeOpenRunEvents =
  ({ sendHttp, timeouts }: Pick<CallDifyPorts, "sendHttp" | "timeouts">) =>
  (integration: DifyIntegration, { runId, user }: RunOfUser, signal: AbortSignal): Promise<HttpResponse> =>
    sendHttp({
      method: "GET",
      url: difyUrl(integration, `workflow/${encodeURIComponent(runId)}/events`, { user: difyUser(user) }),
      headers: { ...difyHeaders(integration), accept: "text/event-stream" },
      body: "",
      connectMs: timeouts.connectMs,
      headMs: timeouts.refusalMs,
      signal,
    });
