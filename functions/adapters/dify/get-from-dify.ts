import * as v from "valibot";
import type { Clock } from "../../core/clock.ts";
import type { OpenDifyIntegration } from "../../core/integration.ts";
import type { SendHttp } from "../http/http-client.ts";
import { readText } from "../http/read-text.ts";
import type { DifyLimits } from "./dify-limits.ts";
import { difyHeaders, difyUrl } from "./dify-request.ts";

export interface GetFromDifyPorts {
  readonly sendHttp: SendHttp;
  readonly clock: Clock;
  readonly waits: DifyLimits;
}

export interface DifyLookup<T extends v.GenericSchema> {
  readonly integration: OpenDifyIntegration;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly schema: T;
  readonly signal: AbortSignal;
}

/** Enough for a page of messages. */
const longestReply = 8 * 1024 * 1024;

/** Looks something up in Dify; undefined where it does not say so, for whatever reason. */
export const makeGetFromDify =
  ({ sendHttp, clock, waits }: GetFromDifyPorts) =>
  async <T extends v.GenericSchema>({
    integration,
    path,
    query,
    schema,
    signal,
  }: DifyLookup<T>): Promise<v.InferOutput<T> | undefined> => {
    const ended = new AbortController();
    clock.sleep(waits.refusalMs, ended.signal).then(() => ended.abort());
    try {
      const response = await sendHttp({
        method: "GET",
        url: difyUrl(integration, path, query),
        headers: difyHeaders(integration),
        body: "",
        connectMs: waits.connectMs,
        headMs: waits.refusalMs,
        signal: AbortSignal.any([signal, ended.signal]),
      });
      const parsed = v.safeParse(
        v.pipe(v.string(), v.parseJson(), schema),
        await readText(response.body, longestReply),
      );
      return response.status === 200 && parsed.success ? parsed.output : undefined;
    } catch {
      return undefined;
    } finally {
      ended.abort();
    }
  };
