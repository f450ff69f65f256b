import type { StopDify } from "#core/answer/answer.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { CallDify } from "./call-dify.ts";
import { difyUser, stopPath } from "./dify-request.ts";

/** Dify answers 200 whether or not it knows the task, and stops at its own convenience (docs/spec/dify.md, A1 and A8-12). */
export const makeStopDify =
  (callDify: CallDify): StopDify =>
  async (integration, taskId, user) => {
    const { status } = await callDify({
      integration,
      method: "POST",
      path: stopPath(integration.type, taskId),
      body: { user: difyUser(user) },
    });
    if (status !== 200) throw new BridgeError("upstream_refused", `Dify answered HTTP ${status} to a stop`);
  };
