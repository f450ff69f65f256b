import { useEffect, useRef } from "preact/hooks";
import { hrefOf } from "../../address.ts";
import { type ListedBot, listBots } from "../../bots/listed-bots.ts";
import { chosenApp } from "../../chosen-app.ts";
import { replaceAddress, route } from "../../route.ts";
import { currentSession } from "../../session.ts";
import { Failure } from "../../ui/failure.tsx";
import { useLoaded } from "../../ui/use-loaded.ts";
import "./chat.css";
import { ChatPaneView } from "./chat-pane.tsx";
import { ImPaneView } from "./im-pane.tsx";
import { addImView, addUser, chooseBot, closePane, maxPanes, panes } from "./panes.ts";
import { chatTexts } from "./texts.ts";

/** A link to the chat with a bot, `#/chat?bot=bot-001`, takes effect once: a reload keeps what is chosen after it. */
const useBotOfAddress = (): void => {
  const botId = route.value.query.get("bot");
  useEffect(() => {
    if (botId === null) return;
    chooseBot(botId);
    replaceAddress(hrefOf("chat"));
  }, [botId]);
};

/** Users who have not chosen a bot yet talk to the first one. */
const useFirstBot = (bots: readonly ListedBot[] | undefined): void => {
  useEffect(() => {
    const [first] = bots ?? [];
    if (first && panes.peek().some((pane) => pane.kind === "chat" && pane.botId === ""))
      chooseBot(first.userId);
  }, [bots]);
};

/** The list of panes, in which a new one comes into view. */
const usePanesInView = () => {
  const element = useRef<HTMLDivElement>(null);
  const count = panes.value.length;
  const before = useRef(count);
  useEffect(() => {
    const list = element.current;
    if (list && count > before.current) list.scrollLeft = list.scrollWidth;
    before.current = count;
  }, [count]);
  return element;
};

const Tools = ({ hasNoBots }: { hasNoBots: boolean }) => {
  const texts = chatTexts.value;
  const isFull = panes.value.length === maxPanes;
  const hasIm = panes.value.some(({ kind }) => kind === "im");
  return (
    <header class="chat-tools">
      <h1>{texts.title}</h1>
      {hasNoBots && (
        <p>
          {texts.noBots} <a href={hrefOf("bots", undefined, { new: "1" })}>{texts.createBot}</a>
        </p>
      )}
      <div class="row">
        <button type="button" class="quiet" disabled={isFull} onClick={addUser}>
          {texts.addUser}
        </button>
        {currentSession().local && (
          <button type="button" class="quiet" disabled={isFull || hasIm} onClick={addImView}>
            {texts.addIm}
          </button>
        )}
      </div>
    </header>
  );
};

export const ChatPage = () => {
  const [loaded, reload] = useLoaded(listBots, [chosenApp.value]);
  useBotOfAddress();
  useFirstBot(loaded.last);
  const list = usePanesInView();
  const bots = loaded.last ?? [];
  const isOnly = panes.value.length === 1;
  return (
    <div class="chat">
      <Tools hasNoBots={loaded.state === "ready" && bots.length === 0} />
      {loaded.state === "failed" && <Failure error={loaded.error} onRetry={reload} />}
      <div ref={list} class="chat-panes">
        {panes.value.map((pane) => {
          const onClose = isOnly ? undefined : () => closePane(pane);
          return pane.kind === "chat" ? (
            <ChatPaneView key={pane.id} pane={pane} bots={bots} onClose={onClose} />
          ) : (
            <ImPaneView key={pane.id} pane={pane} bots={bots} onClose={onClose} />
          );
        })}
      </div>
    </div>
  );
};
