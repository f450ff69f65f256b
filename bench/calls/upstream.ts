import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { readBody } from "../../local/http-server.ts";

export interface Answer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | string;
}

export interface Upstream {
  /** Forwards a request to the server. `path`: default "/". */
  post(headers: IncomingHttpHeaders, body: Buffer | string, path?: string): Promise<Answer>;
  close(): void;
}

export const makeUpstream = (endpoint: string): Upstream => {
  const agent = new Agent({ keepAlive: true });
  return {
    post: (headers, body, path = "/") =>
      new Promise((resolve, reject) => {
        const length = { "content-length": Buffer.byteLength(body) };
        const options = { agent, method: "POST", path, headers: { ...headers, ...length } };
        const outgoing = request(endpoint, options, (answer) => {
          const { "transfer-encoding": _chunked, connection: _connection, ...kept } = answer.headers;
          const { statusCode = 502 } = answer;
          readBody(answer).then((bytes) => resolve({ statusCode, headers: kept, body: bytes }), reject);
        });
        outgoing.once("error", reject);
        outgoing.end(body);
      }),
    close: () => agent.destroy(),
  };
};
