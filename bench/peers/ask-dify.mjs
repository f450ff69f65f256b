// What the handlers of this folder share: asks Dify, and remembers each user's conversation while the process runs.
import { createInterface } from "node:readline";
import { Readable } from "node:stream";

const { DIFY_API_URL, DIFY_API_KEY } = process.env;
const conversations = new Map();

/** Yields the pieces of the answer. Throws if Dify refuses, or says that the answer failed. */
export async function* askDify(user, query) {
  const response = await fetch(`${DIFY_API_URL}/chat-messages`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${DIFY_API_KEY}` },
    body: JSON.stringify({
      query,
      user,
      inputs: {},
      response_mode: "streaming",
      conversation_id: conversations.get(user) ?? "",
    }),
  });
  if (!response.ok) throw new Error(`Dify: ${response.status} ${await response.text()}`);
  for await (const line of createInterface({ input: Readable.fromWeb(response.body) })) {
    if (!line.startsWith("data: ")) continue;
    const event = JSON.parse(line.slice("data: ".length));
    if (event.conversation_id) conversations.set(user, event.conversation_id);
    if (event.event === "error") throw new Error(`Dify: ${event.message}`);
    if (event.event === "message") yield event.answer;
  }
}
