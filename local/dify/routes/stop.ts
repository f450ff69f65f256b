import { authenticate, readJsonObject, requiredUser } from "../http/exchange.ts";
import { successReply } from "../http/http-reply.ts";
import type { Route } from "../http/router.ts";

/** A1: always a success, also for a task that nobody knows. */
const stopRoute = (path: string): Route => ({
  method: "POST",
  path,
  handle: (exchange, { task = "" }) => {
    const app = authenticate(exchange);
    const user = requiredUser(readJsonObject(exchange, app.traits).user);
    exchange.standIn.runs.stopTask(app.key, user, task);
    return successReply;
  },
});

export const stopRoutes: readonly Route[] = [
  stopRoute("/v1/chat-messages/:task/stop"),
  stopRoute("/v1/completion-messages/:task/stop"),
  stopRoute("/v1/workflows/tasks/:task/stop"),
];
