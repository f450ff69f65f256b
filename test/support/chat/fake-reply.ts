import type { ServerResponse } from "node:http";

export type Headers = Readonly<Record<string, string>>;

export const reply = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Headers = {},
): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

export const fail = (response: ServerResponse, status: number, code: number, errorMessage: string): void =>
  reply(response, status, { code, errorMessage });
