const isToken = (value: unknown): value is { token: string } =>
  typeof value === "object" && value !== null && "token" in value && typeof value.token === "string";

const reasonOf = (value: unknown): string =>
  typeof value === "object" && value !== null && "errorMessage" in value
    ? String(value.errorMessage)
    : "the console server returned no token";

/**
 * Requests a token for the user from the page's own server, as a page does from its app's server.
 * @throws Error with a message for the page.
 */
export const fetchToken = async (userId: string): Promise<string> => {
  const response = await fetch("/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId }),
  }).catch(() => {
    throw new Error("The console server is not running. Start it and reload this page.");
  });
  const reply: unknown = await response.json().catch(() => undefined);
  if (!isToken(reply)) throw new Error(`No token for ${userId}: ${reasonOf(reply)}.`);
  return reply.token;
};
