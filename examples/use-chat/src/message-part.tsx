import type { BotUIMessage } from "@bot-bridge/client/ai-sdk";
import { BotFormView, type Fill } from "./bot-form-view.tsx";

type Part = BotUIMessage["parts"][number];

/** Text is shown as it is: a bot's Markdown is untrusted, and needs a renderer that is safe. */
export const MessagePart = ({ part, fill }: { readonly part: Part; readonly fill: Fill }) => {
  switch (part.type) {
    case "text":
      return <p className="text">{part.text}</p>;
    case "reasoning":
      return (
        <details open={part.state === "streaming"}>
          <summary>Reasoning</summary>
          {part.text}
        </details>
      );
    case "file":
      return part.mediaType.startsWith("image/") ? (
        <img src={part.url} alt="" />
      ) : (
        <a href={part.url}>{part.url}</a>
      );
    case "source-url":
      return <a href={part.url}>{part.title}</a>;
    case "source-document":
      return <cite>{part.title}</cite>;
    case "data-form":
      return <BotFormView form={part.data} fill={fill} />;
    default:
      return null;
  }
};
