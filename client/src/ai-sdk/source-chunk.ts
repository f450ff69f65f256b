import type { JsonObject } from "../json.ts";
import type { BotChunk } from "./ui-message.ts";

const isFact = (entry: [string, unknown]): entry is [string, string | number] =>
  typeof entry[1] === "string" || typeof entry[1] === "number";

/** A passage has an address if the bot's app gave one, and is a document of a knowledge base otherwise. */
export const sourceChunk = (source: JsonObject, sourceId: string): BotChunk => {
  const { url, document, dataset } = source;
  const title = [document, dataset].find((name) => typeof name === "string" && name !== "");
  const named = typeof title === "string" ? title : "Source";
  const providerMetadata = { "bot-bridge": Object.fromEntries(Object.entries(source).filter(isFact)) };
  return typeof url === "string" && /^https?:\/\//i.test(url)
    ? { type: "source-url", sourceId, url, title: named, providerMetadata }
    : { type: "source-document", sourceId, mediaType: "text/plain", title: named, providerMetadata };
};
