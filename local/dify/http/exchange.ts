import type { IncomingHttpHeaders } from "node:http";
import * as v from "valibot";
import type { App } from "../apps/apps.ts";
import type { VersionTraits } from "../apps/versions.ts";
import { isJsonObject, type JsonObject, jsonValueSchema } from "../json.ts";
import type { StandIn } from "../state/stand-in.ts";
import type { HttpReply } from "./http-reply.ts";
import { brokenReply, invalidParam, refusal, refusalWith, unauthorized } from "./refusal.ts";

/** One request on its way to its answer. */
export interface Exchange {
  readonly standIn: StandIn;
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array<ArrayBuffer>;
}

export type PathParameters = Readonly<Record<string, string>>;

export type Handler = (exchange: Exchange, parameters: PathParameters) => HttpReply | Promise<HttpReply>;

export const bearerToken = ({ authorization }: IncomingHttpHeaders): string | undefined =>
  authorization?.startsWith("Bearer ") ? authorization.slice("Bearer ".length).trim() : undefined;

/** The app that the key belongs to, or the 401 of A7. */
export const authenticate = ({ headers, standIn }: Exchange): App => {
  const { authorization } = headers;
  if (authorization === undefined || !authorization.includes(" ")) {
    throw unauthorized("Authorization header must be provided and start with 'Bearer'");
  }
  if (!authorization.toLowerCase().startsWith("bearer ")) {
    throw unauthorized("Authorization scheme must be 'Bearer'");
  }
  const app = standIn.apps.byKey(authorization.slice("bearer ".length).trim());
  if (app === undefined) throw unauthorized("Access token is invalid");
  return app;
};

// R015, R112: two JSON decoders, two wordings; only a bad key right at the beginning is told apart.
const decodingProblem = (traits: VersionTraits, text: string): string => {
  const old = traits.requestParser === "reqparse";
  const badKey = /^\{\s*(?=[^"\s}])/.exec(text);
  const at = badKey?.[0].length ?? 0;
  const wordings = old
    ? ["Expecting value", "Expecting property name enclosed in double quotes"]
    : ["unexpected character", "unexpected character, expected a string key"];
  return `${wordings[badKey === null ? 0 : 1]}: line 1 column ${at + 1} (char ${at})`;
};

export const parseJson = (text: string): v.SafeParseResult<typeof jsonValueSchema> | undefined => {
  try {
    return v.safeParse(jsonValueSchema, JSON.parse(text));
  } catch {
    return undefined;
  }
};

export const readJsonObject = ({ body }: Exchange, traits: VersionTraits): JsonObject => {
  const text = new TextDecoder().decode(body);
  const parsed = parseJson(text);
  if (parsed?.success !== true) {
    throw refusal(400, "bad_request", `Failed to decode JSON object: ${decodingProblem(traits, text)}`);
  }
  return isJsonObject(parsed.output) ? parsed.output : {};
};

/** A1: a number is taken too; more than 255 characters break Dify. */
export const requiredUser = (given: unknown): string => {
  const user = typeof given === "number" ? String(given) : given;
  if (typeof user !== "string" || user === "") throw invalidParam("Arg user must be provided.");
  if (user.length > 255) throw refusalWith(brokenReply);
  return user;
};

/** Reading routes take Dify's own user where none is named. */
export const queryUser = ({ url }: Exchange): string => url.searchParams.get("user") || "DEFAULT-USER";

/** `limit` as the listing routes take it. */
export const queryLimit = ({ url }: Exchange): number => {
  const limit = Number(url.searchParams.get("limit") ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw invalidParam("limit must be between 1 and 100");
  }
  return limit;
};
