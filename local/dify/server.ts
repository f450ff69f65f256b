import { setMaxListeners } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { systemClock } from "#adapters/node/system-clock.ts";
import { readBody, startHttpServer } from "../http-server.ts";
import { askRoutes } from "./ask-routes.ts";
import {
  describeRequest,
  invalidParam,
  type ReceivedRequest,
  Refusal,
  type Reply,
  sendReply,
  success,
} from "./http.ts";
import type { ProfileInput } from "./profile.ts";
import { readRoutes } from "./read-routes.ts";
import { makeSimulation, type Simulation, type SimulationOptions } from "./simulation.ts";

export type { ProfileInput } from "./profile.ts";

export interface DifySimulator {
  /** The callbackUrl of a bot's integration. */
  readonly url: string;
  /** The last 1,000, oldest first. */
  readonly requests: readonly ReceivedRequest[];
  /** @throws TypeError if the profile is invalid. */
  readonly configure: (key: string, profile: ProfileInput) => void;
  /** Fills in the open forms of an app, as a person does on Dify's web page. */
  readonly fillForms: (key: string) => void;
  /** Closes open connections at once. */
  readonly close: () => Promise<void>;
}

export interface DifySimulatorOptions extends Partial<Omit<SimulationOptions, "closing">> {
  readonly onRequest?: (request: ReceivedRequest) => void;
}

const maxRequests = 1_000;

/** One transparent pixel. */
const picture: Reply = {
  status: 200,
  type: "image/png",
  body: Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
    "base64",
  ),
};

const notFoundPage: Reply = {
  status: 404,
  type: "text/html; charset=utf-8",
  body: "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n",
};

const configureApp = (simulation: Simulation, key: string, profile: unknown): Reply => {
  try {
    simulation.configure(key, profile);
    return success;
  } catch (error) {
    throw error instanceof TypeError ? invalidParam(error.message) : error;
  }
};

const routes = [...askRoutes, ...readRoutes].map(
  ([method, route, handle]) =>
    [method, new RegExp(`^${route.replace(":id", "(?<id>[^/]+)")}$`), handle] as const,
);

const answer = async (simulation: Simulation, request: ReceivedRequest): Promise<Reply> => {
  const { method, path, key = "", body } = request;
  // Neither files that answers link to nor the configuration of apps needs a key.
  if (path.startsWith("/files/")) return picture;
  const [, configured] = /^\/_simulator\/apps\/(app-[^/]+)$/.exec(path) ?? [];
  if (method === "PUT" && configured !== undefined) return configureApp(simulation, configured, body);

  for (const [expected, pattern, handle] of routes) {
    const match = pattern.exec(path);
    if (!match || method !== expected) continue;
    const app = simulation.findApp(key);
    if (app === undefined) throw new Refusal(401, "unauthorized", "Access token is invalid");
    return handle({ simulation, request, app, id: decodeURIComponent(match.groups?.id ?? "") });
  }
  return notFoundPage;
};

/** Starts an in-process server with Dify's service API, based on recordings. */
export const startDifySimulator = async (options: DifySimulatorOptions = {}): Promise<DifySimulator> => {
  const { clock = systemClock, paceMs = 30, pingMs = 10_000, idleMs = 300_000, workers = 4 } = options;
  const { onRequest } = options;
  const closing = new AbortController();
  // Every open wait listens to it.
  setMaxListeners(0, closing.signal);
  const requests: ReceivedRequest[] = [];
  const simulation = makeSimulation({ clock, paceMs, pingMs, idleMs, workers, closing: closing.signal });

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(incoming).catch(() => undefined);
    // The client disconnected before the end of its request.
    if (body === undefined) return;
    const request = await describeRequest(incoming, body);
    if (!request.path.startsWith("/_simulator/")) {
      requests.push(request);
      requests.splice(0, requests.length - maxRequests);
      onRequest?.(request);
    }
    const reply = await answer(simulation, request).catch((error: unknown) => {
      if (error instanceof Refusal) return error.reply;
      throw error;
    });
    sendReply(response, reply);
  };
  const server = await startHttpServer(0, (request, response) =>
    serve(request, response).catch((error: unknown) => {
      console.error("The Dify simulator failed:", error);
      response.destroy();
    }),
  );

  return {
    url: `${server.url}/v1`,
    requests,
    configure: simulation.configure,
    fillForms: (key) => {
      const app = simulation.findApp(key);
      for (const run of app ? simulation.runsOf(app) : []) for (const form of run.forms()) form.accept();
    },
    close: async () => {
      closing.abort();
      await server.close();
    },
  };
};
