import { useEffect } from "preact/hooks";
import { hrefOf } from "../../address.ts";
import { chosenApp } from "../../chosen-app.ts";
import { route } from "../../route.ts";
import { currentSession } from "../../session.ts";
import { useLoaded } from "../../ui/use-loaded.ts";
import { listBotIds } from "./bot-list.ts";
import "./chat.css";
import { ChatPaneView } from "./chat-pane.tsx";
import { ImPaneView } from "./im-pane.tsx";
import { addImView, addUser, changePane, closePane, maxPanes, type Pane, panes } from "./panes.ts";
import { chatTexts } from "./texts.ts";

/** A link to the chat with a bot: `#/chat?bot=bot-001`. */
const useBotOfAddress = (): void => {
  const botId = route.value.query.get("bot");
  useEffect(() => {
    const first = panes.peek().findIndex(({ kind }) => kind === "chat");
    const pane = panes.peek()[first];
    if (botId === null || pane?.kind !== "chat" || pane.botId === botId) return;
    changePane(first, { ...pane, botId, conversation: undefined });
  }, [botId]);
};

const keyOf = (pane: Pane, index: number): string => `${index} ${pane.kind}`;

export const ChatPage = () => {
  const texts = chatTexts.value;
  const [{ last: botIds, state }] = useLoaded(listBotIds, [chosenApp.value]);
  useBotOfAddress();
  const close = (index: number) => (panes.value.length === 1 ? undefined : () => closePane(index));
  const isFull = panes.value.length === maxPanes;
  const hasIm = panes.value.some(({ kind }) => kind === "im");
  return (
    <div class="chat">
      <h1 class="visually-hidden">{texts.title}</h1>
      <div class="row chat-tools">
        <button type="button" class="quiet" disabled={isFull} onClick={addUser}>
          {texts.addUser}
        </button>
        {currentSession().local && (
          <button type="button" class="quiet" disabled={isFull || hasIm} onClick={addImView}>
            {texts.addIm}
          </button>
        )}
        {state === "ready" && botIds?.length === 0 && (
          <p class="hint">
            {texts.noBots} <a href={hrefOf("bots")}>{texts.createBot}</a>
          </p>
        )}
      </div>
      <div class="chat-panes">
        {panes.value.map((pane, index) =>
          pane.kind === "chat" ? (
            <ChatPaneView
              key={keyOf(pane, index)}
              pane={pane}
              botIds={botIds ?? []}
              onChange={(changed) => changePane(index, changed)}
              onClose={close(index)}
            />
          ) : (
            <ImPaneView
              key={keyOf(pane, index)}
              pane={pane}
              botIds={botIds ?? []}
              onChange={(changed) => changePane(index, changed)}
              onClose={close(index)}
            />
          ),
        )}
      </div>
    </div>
  );
};
