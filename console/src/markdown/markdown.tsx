import { decodeHTML } from "entities/decode";
import type { Tokens } from "marked";
import { Component, type ComponentChildren, createElement, Fragment } from "preact";
import { useMemo } from "preact/hooks";
import { CodeBlock } from "./code-block.tsx";
import "./markdown.css";
import { Maths } from "./maths.tsx";
import { knownTokens, type MarkdownToken, parseMarkdown } from "./parse-markdown.ts";
import { Picture } from "./picture.tsx";
import { linkUrl, pictureUrl } from "./safe-url.ts";
import { markdownTexts } from "./texts.ts";

// Tokens become elements, never HTML: whatever an answer says, it cannot add an element or a script of its own.

const renderAll = (tokens: Tokens.Generic[] | undefined): ComponentChildren =>
  knownTokens(tokens).map((token, index) => <Fragment key={index}>{render(token)}</Fragment>);

const renderLink = ({ href, title, tokens }: Tokens.Link): ComponentChildren => {
  const url = linkUrl(decodeHTML(href));
  const children = renderAll(tokens);
  if (url === undefined) return children;
  return (
    <a href={url} title={title ?? undefined} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
};

const renderImage = ({ href, text }: Tokens.Image): ComponentChildren => {
  const url = pictureUrl(decodeHTML(href));
  return url === undefined ? text : <Picture url={url} text={decodeHTML(text)} />;
};

const renderItem = (item: Tokens.ListItem, index: number): ComponentChildren => (
  <li key={index} dir="auto" class={item.task ? "task" : undefined}>
    {renderAll(item.tokens)}
  </li>
);

const renderList = ({ ordered, start, items }: Tokens.List): ComponentChildren =>
  ordered ? (
    <ol start={start === "" ? 1 : start}>{items.map(renderItem)}</ol>
  ) : (
    <ul>{items.map(renderItem)}</ul>
  );

const renderTable = ({ header, rows }: Tokens.Table): ComponentChildren => (
  // biome-ignore lint/a11y/useSemanticElements: a section would need a heading.
  <div class="scroll" tabIndex={0} role="region" aria-label={markdownTexts.value.table}>
    <table>
      <thead>
        <tr>
          {header.map((cell, index) => (
            <th key={index} dir="auto" scope="col" class={cell.align ?? undefined}>
              {renderAll(cell.tokens)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, column) => (
              <td key={column} dir="auto" class={cell.align ?? undefined}>
                {renderAll(cell.tokens)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** Under the page's own headings: that of the page, of a conversation, and of a message. */
const headingTag = (depth: number): string => `h${Math.min(depth + 3, 6)}`;

/** HTML is shown as it was written, but for the line breaks that models write in tables. */
const renderHtml = ({ text }: Tokens.HTML | Tokens.Tag): ComponentChildren =>
  /^<br\s*\/?>$/i.test(text) ? <br /> : text;

const Checkbox = ({ checked }: { checked: boolean }) => {
  const { done, open } = markdownTexts.value;
  return <input type="checkbox" aria-label={checked ? done : open} checked={checked} disabled />;
};

const render = (token: MarkdownToken): ComponentChildren => {
  switch (token.type) {
    case "paragraph":
      return <p dir="auto">{renderAll(token.tokens)}</p>;
    case "heading":
      return createElement(headingTag(token.depth), { dir: "auto" }, renderAll(token.tokens));
    case "code":
      return <CodeBlock code={token.text} language={token.lang} />;
    case "blockquote":
      return <blockquote dir="auto">{renderAll(token.tokens)}</blockquote>;
    case "list":
      return renderList(token);
    case "table":
      return renderTable(token);
    case "hr":
      return <hr />;
    case "maths":
      return <Maths source={token.text} display={token.display} />;
    case "link":
      return renderLink(token);
    case "image":
      return renderImage(token);
    case "strong":
      return <strong>{renderAll(token.tokens)}</strong>;
    case "em":
      return <em>{renderAll(token.tokens)}</em>;
    case "del":
      return <del>{renderAll(token.tokens)}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "checkbox":
      return <Checkbox checked={token.checked} />;
    case "html":
      return renderHtml(token);
    case "text":
      return "tokens" in token && token.tokens ? renderAll(token.tokens) : decodeHTML(token.text);
    case "escape":
      return token.text;
    case "space":
    case "def":
      return null;
    case "list_item":
      return renderItem(token, 0);
  }
};

interface BlockProps {
  readonly token: MarkdownToken;
}

/** Rendered again only if its source changes: while an answer grows, that is its last block. */
class Block extends Component<BlockProps> {
  override shouldComponentUpdate({ token }: BlockProps) {
    return token.raw !== this.props.token.raw;
  }

  override render({ token }: BlockProps) {
    return render(token);
  }
}

/** Shows an answer's Markdown, also while it grows. */
export const Markdown = ({ text }: { text: string }) => {
  const tokens = useMemo(() => parseMarkdown(text), [text]);
  return (
    <div class="markdown">
      {tokens.map((token, index) => (
        <Block key={index} token={token} />
      ))}
    </div>
  );
};
