const isToken = (value: unknown): value is { token: string } =>
  typeof value === "object" && value !== null && "token" in value && typeof value.token === "string";

const reasonOf = (value: unknown): string =>
  typeof value === "object" && value !== null && "errorMessage" in value
    ? String(value.errorMessage)
    : "the console's server gave no token";

/** Has the page's own server get a token for the user, as an app's server would. @throws Error in plain words. */
export const fetchToken = async (userId: string): Promise<string> => {
  const response = await fetch("/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId }),
  }).catch(() => {
    throw new Error("The console's own server is gone. Start it, and reload this page.");
  });
  const reply: unknown = await response.json().catch(() => undefined);
  if (!isToken(reply)) throw new Error(`No token for ${userId}: ${reasonOf(reply)}.`);
  return reply.token;
};
