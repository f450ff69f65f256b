import { useChat } from "@ai-sdk/react";
import { type BotUIMessage, fillIn } from "@bot-bridge/client/ai-sdk";
import { useEffect, useState } from "react";
import { transport } from "./bot.ts";
import { MessagePart } from "./message-part.tsx";
import { chatId, savedMessages, saveMessages } from "./saved-chat.ts";

const noticeOf = { busy: "The bot is busy. Waiting.", connection: "Trying again." };

export const Chat = () => {
  const [notice, setNotice] = useState("");
  const { messages, sendMessage, regenerate, stop, status, error } = useChat<BotUIMessage>({
    id: chatId,
    messages: savedMessages(),
    transport,
    resume: true,
    onData: (part) => {
      if (part.type === "data-retrying") setNotice(noticeOf[part.data.reason]);
    },
  });
  useEffect(() => {
    saveMessages(messages);
    setNotice("");
  }, [messages]);
  const isBusy = status === "submitted" || status === "streaming";

  return (
    <main>
      <section role="log" aria-busy={isBusy}>
        {messages.map(({ id, role, parts }) => (
          <article key={id} className={role} dir="auto">
            {parts.map((part, index) => (
              <MessagePart
                // biome-ignore lint/suspicious/noArrayIndexKey: parts stay in their places
                key={index}
                part={part}
                fill={(...form) => void sendMessage(undefined, fillIn(...form))}
              />
            ))}
          </article>
        ))}
      </section>
      <p role="status">{isBusy && (notice || "The bot is answering.")}</p>
      {error && <p role="alert">{error.message}</p>}
      <form className="composer" action={(data) => void sendMessage({ text: String(data.get("question")) })}>
        <input name="question" aria-label="Question" required disabled={isBusy} />
        <button type="submit" disabled={isBusy}>
          Send
        </button>
        <button type="button" disabled={!isBusy} onClick={stop}>
          Stop
        </button>
        <button type="button" disabled={isBusy || messages.length === 0} onClick={() => void regenerate()}>
          Ask again
        </button>
      </form>
    </main>
  );
};
