import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { ListedBot } from "../../bots/listed-bots.ts";
import { chosenApp } from "../../chosen-app.ts";
import { describeError } from "../../describe-error.ts";
import { Failure } from "../../ui/failure.tsx";
import { Icon } from "../../ui/icon.tsx";
import { isOpen } from "./answer-state.ts";
import { makeAttachments } from "./attachments.ts";
import { BotChoice } from "./bot-choice.tsx";
import { botOf } from "./clients.ts";
import { Composer } from "./composer.tsx";
import { type Conversation, makeConversation } from "./conversation.ts";
import { ConversationChoice } from "./conversation-choice.tsx";
import { removeName } from "./conversation-names.ts";
import { ExchangeView } from "./exchange-view.tsx";
import { IdField } from "./id-field.tsx";
import { onNextFrame } from "./next-frame.ts";
import { makeOpenTurnStore } from "./open-turn.ts";
import { type ChatPane, changePane } from "./panes.ts";
import { chatTexts } from "./texts.ts";
import { useScrollToEnd } from "./use-scroll-to-end.ts";

/** What a screen reader is told: that an answer is on its way, and then once that it is there. */
const statusOf = ({ exchanges, isBusy }: Conversation): string => {
  const { answering, answered, failed } = chatTexts.value;
  const last = exchanges.value.at(-1)?.answer.value;
  if (isBusy.value) return answering;
  if (!last || isOpen(last)) return "";
  return last.phase === "failed" ? failed : answered;
};

const Suggestions = ({ conversation }: { conversation: Conversation }) => {
  const suggestions = conversation.suggestions.value;
  if (suggestions.length === 0) return null;
  return (
    <section class="row chat-suggestions" aria-label={chatTexts.value.suggestions}>
      {suggestions.map((text) => (
        <button
          key={text}
          type="button"
          dir="auto"
          onClick={() => void conversation.ask({ text, files: [] })}
        >
          {text}
        </button>
      ))}
    </section>
  );
};

const Log = ({ conversation, pane }: { conversation: Conversation; pane: ChatPane }) => {
  const texts = chatTexts.value;
  const log = useScrollToEnd();
  const exchanges = conversation.exchanges.value;
  const history = conversation.history.value;
  return (
    <div
      ref={log}
      class="chat-log"
      role="log"
      tabIndex={0}
      aria-label={texts.log}
      aria-busy={conversation.isBusy.value}
    >
      <div class="chat-log-content">
        {history.state === "loaded" && history.hasMore && (
          <button type="button" class="quiet" onClick={() => void conversation.loadEarlier()}>
            {texts.earlier}
          </button>
        )}
        {history.state === "failed" && (
          <Failure error={history.error} onRetry={() => void conversation.loadEarlier()} />
        )}
        {exchanges.map((exchange) => (
          <ExchangeView
            key={exchange.key}
            exchange={exchange}
            conversation={conversation}
            botId={pane.botId}
            userId={pane.userId}
          />
        ))}
        <Suggestions conversation={conversation} />
        {exchanges.length === 0 && history.state === "loaded" && <p class="chat-empty">{texts.empty}</p>}
      </div>
    </div>
  );
};

interface HeaderProps {
  readonly pane: ChatPane;
  readonly bots: readonly ListedBot[];
  readonly disabled: boolean;
  readonly onForget: () => void;
  /** Undefined for the only pane. */
  readonly onClose: (() => void) | undefined;
}

const Header = ({ pane, bots, disabled, onForget, onClose }: HeaderProps) => {
  const texts = chatTexts.value;
  const { botId, userId, conversation } = pane;
  return (
    <header>
      <BotChoice
        label={texts.bot}
        value={botId}
        bots={bots}
        disabled={disabled}
        onChoose={(chosen) => changePane({ ...pane, botId: chosen, conversation: undefined })}
      />
      <IdField
        label={texts.user}
        value={userId}
        disabled={disabled}
        onChange={(chosen) => changePane({ ...pane, userId: chosen, conversation: undefined })}
      />
      <ConversationChoice
        botId={botId}
        userId={userId}
        name={conversation}
        disabled={disabled}
        onChoose={(chosen) => changePane({ ...pane, conversation: chosen })}
      />
      <div class="chat-pane-actions">
        <button type="button" class="quiet" title={texts.forgetHint} disabled={disabled} onClick={onForget}>
          {texts.forget}
        </button>
        {onClose && (
          <button
            type="button"
            class="quiet"
            aria-label={texts.closePane(texts.paneOf(userId, botId))}
            onClick={onClose}
          >
            <Icon shape="close" />
          </button>
        )}
      </div>
    </header>
  );
};

type ChatPaneProps = Pick<HeaderProps, "pane" | "bots" | "onClose">;

/** A user's conversation with a bot, over HTTP. */
export const ChatPaneView = ({ pane, bots, onClose }: ChatPaneProps) => {
  const texts = chatTexts.value;
  const { botId, userId, conversation: name } = pane;
  const app = chosenApp.value;
  const failure = useSignal<unknown>(undefined);
  const bot = useMemo(() => botOf(userId, botId), [app, userId, botId]);
  const attachments = useMemo(() => makeAttachments(bot), [bot]);
  const conversation = useMemo(() => {
    const openTurns = makeOpenTurnStore(JSON.stringify([app, userId, botId, name ?? null]));
    const now = () => performance.timeOrigin + performance.now();
    return makeConversation({ bot, name, openTurns, now, onNextFrame });
  }, [bot, name]);
  useEffect(() => {
    if (botId !== "") void conversation.open();
    return conversation.close;
  }, [conversation, botId]);

  const isBusy = conversation.isBusy.value;
  const act = (action: Promise<void>): void => {
    failure.value = undefined;
    action.catch((error: unknown) => {
      failure.value = error;
    });
  };
  const forget = async (): Promise<void> => {
    await conversation.forget();
    if (name === undefined) return;
    removeName(botId, userId, name);
    changePane({ ...pane, conversation: undefined });
  };

  return (
    <section class="chat-pane" aria-label={texts.paneOf(userId, botId)}>
      <h2 class="visually-hidden">{texts.paneOf(userId, botId)}</h2>
      <Header pane={pane} bots={bots} disabled={isBusy} onForget={() => act(forget())} onClose={onClose} />
      <Log conversation={conversation} pane={pane} />
      {failure.value !== undefined && (
        <p class="error" role="alert">
          {describeError(failure.value)}
        </p>
      )}
      <Composer
        name={texts.message(botId)}
        disabled={botId === ""}
        isBusy={isBusy}
        attachments={attachments}
        onSend={(question) => void conversation.ask(question)}
        onStop={() => act(conversation.stop())}
      />
      <p role="status" class="visually-hidden">
        {statusOf(conversation)}
      </p>
    </section>
  );
};
