import type { JsonObject } from "../../../../client/src/index.ts";
import { linkUrl } from "../../markdown/safe-url.ts";
import { chatTexts } from "./texts.ts";

const stringOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const nameOf = (source: JsonObject): string => {
  const names = [stringOf(source.document), stringOf(source.dataset)].filter((name) => name !== undefined);
  return names.length > 0 ? names.join(" · ") : (stringOf(source.url) ?? JSON.stringify(source));
};

const Source = ({ source }: { source: JsonObject }) => {
  const url = linkUrl(stringOf(source.url) ?? "");
  const content = stringOf(source.content);
  return (
    <li dir="auto">
      {url === undefined ? (
        nameOf(source)
      ) : (
        <a href={url} target="_blank" rel="noopener noreferrer">
          {nameOf(source)}
        </a>
      )}
      {typeof source.score === "number" && <span class="hint"> {source.score.toFixed(2)}</span>}
      {content !== undefined && <p class="hint chat-source-text">{content}</p>}
    </li>
  );
};

/** The sources that the bot's app used. */
export const Sources = ({ sources }: { sources: readonly JsonObject[] }) =>
  sources.length === 0 ? null : (
    <details>
      <summary>{chatTexts.value.sources(sources.length)}</summary>
      <ol>
        {sources.map((source, index) => (
          <Source key={index} source={source} />
        ))}
      </ol>
    </details>
  );
