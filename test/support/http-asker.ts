import { makeHttpClient } from "#adapters/http/http-client.ts";
import { readText } from "#adapters/http/read-text.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";

// A process of its own that a test can freeze: it posts to each URL that it is sent, and replies with the outcome: the first
// chunk of the response for a URL that ends in /first, otherwise all of it.
const send = makeHttpClient({ publicOnly: false, clock });
const readFirst = async (body: AsyncIterable<Buffer>): Promise<string> => {
  for await (const chunk of body) return String(chunk);
  return "";
};
process.on("message", async (url) => {
  const request = { method: "POST", headers: {}, body: "hello", connectMs: 5_000, headMs: 5_000 } as const;
  const { signal } = new AbortController();
  const outcome = await send({ ...request, url: new URL(String(url)), signal }).then(
    ({ body }) => (String(url).endsWith("/first") ? readFirst(body) : readText(body, 1_000)),
    (error) => String(error),
  );
  process.send?.(outcome);
});
process.send?.("ready");
