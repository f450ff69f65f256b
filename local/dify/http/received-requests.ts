import type { JsonValue } from "../json.ts";
import { bearerToken, type Exchange, parseJson } from "./exchange.ts";

/** What somebody sent to the stand-in, for tests to look at. */
export interface ReceivedRequest {
  /** The bearer token; undefined without one. */
  readonly key: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Exchange["headers"];
  /** The JSON body; undefined where there is none. */
  readonly body: JsonValue | undefined;
  readonly text: string;
}

export const describeRequest = ({ method, url, headers, body }: Exchange): ReceivedRequest => {
  const text = new TextDecoder().decode(body);
  const json = parseJson(text);
  return {
    key: bearerToken(headers),
    method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers,
    body: json?.success === true ? json.output : undefined,
    text,
  };
};
