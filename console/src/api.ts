import * as v from "valibot";
import { signedOutReply } from "../../functions/console/page-calls.ts";
import { ApiError } from "./api-error.ts";
import { chosenApp } from "./chosen-app.ts";
import { loadSession } from "./session.ts";

const refusal = v.object({
  code: v.optional(v.number()),
  errorMessage: v.string(),
  requestId: v.optional(v.string()),
});

interface Request {
  readonly path: string;
  readonly body: unknown;
  readonly signal?: AbortSignal | undefined;
}

const post = async ({ path, body, signal }: Request): Promise<Response> => {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-app": chosenApp.peek() },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ApiError("no reply", { cause });
  }
};

const errorOf = (status: number, body: unknown): ApiError => {
  const parsed = v.safeParse(refusal, body);
  if (!parsed.success) return new ApiError(`status ${status}`, { status });
  const { errorMessage, ...details } = parsed.output;
  return new ApiError(errorMessage, { status, ...details });
};

/**
 * Posts JSON to the console's server, which signs what it forwards to the bridge, and parses the reply.
 * @throws ApiError if there is no reply, or another one than the schema's.
 */
export const callServer = async <T>(schema: v.GenericSchema<unknown, T>, request: Request): Promise<T> => {
  const response = await post(request);
  const body: unknown = await response.json().catch(() => undefined);
  // Signed out in the meantime: the page then shows how to sign in.
  if (response.status === 401 && v.is(signedOutReply, body)) await loadSession();
  if (!response.ok) throw errorOf(response.status, body);
  const parsed = v.safeParse(schema, body);
  if (!parsed.success) throw new ApiError("unexpected reply", { status: response.status });
  return parsed.output;
};

/** Makes a signed call of the bridge's API, such as `/v3/bot/query.json`. @throws ApiError */
export const callApi = <T>(
  path: `/${string}`,
  body: unknown,
  schema: v.GenericSchema<unknown, T>,
  signal?: AbortSignal,
): Promise<T> => callServer(schema, { path: `api${path}`, body, signal });
