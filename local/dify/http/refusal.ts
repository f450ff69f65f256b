import { type HttpReply, prettyReply, wholeReply } from "./http-reply.ts";

const replies = new WeakMap<Error, HttpReply>();

/** An error to throw that ends the request with this reply. */
export const refusalWith = (reply: HttpReply): Error => {
  const error = new Error("refused");
  replies.set(error, reply);
  return error;
};

export const replyOfRefusal = (error: unknown): HttpReply | undefined =>
  error instanceof Error ? replies.get(error) : undefined;

/** A7: the envelope of nearly every error. */
export const refusal = (
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Error => refusalWith(prettyReply(status, { code, message, status }, headers));

export const invalidParam = (message: string): Error => refusal(400, "invalid_param", message);

export const unauthorized = (message: string): Error =>
  refusal(401, "unauthorized", message, { "www-authenticate": 'Bearer realm="api"' });

export const brokenReply: HttpReply = prettyReply(500, {
  message: "Internal Server Error",
  code: "unknown",
  status: 500,
});

export const methodNotAllowed = (): Error =>
  refusal(405, "method_not_allowed", "The method is not allowed for the requested URL.");

const notFoundPage = `<!doctype html>
<html lang=en>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>
`;

export const unknownPath = (): HttpReply => wholeReply(404, "text/html; charset=utf-8", notFoundPage);
