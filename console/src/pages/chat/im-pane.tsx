import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import * as v from "valibot";
import { callServer } from "../../api.ts";
import type { ListedBot } from "../../bots/listed-bots.ts";
import { describeError } from "../../describe-error.ts";
import { Markdown } from "../../markdown/markdown.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Select } from "../../ui/select.tsx";
import { BotChoice } from "./bot-choice.tsx";
import { Composer } from "./composer.tsx";
import { IdField } from "./id-field.tsx";
import { type ImMessage, openImFeed } from "./im-feed.ts";
import { changePane, type ImPane } from "./panes.ts";
import { chatTexts } from "./texts.ts";
import { useScrollToEnd } from "./use-scroll-to-end.ts";

/** Whether the message is one of the channel that the pane shows, sent by its user or to them. */
const isShown =
  ({ userId, channelType, targetId }: ImPane) =>
  (message: ImMessage): boolean => {
    if (message.channelType !== channelType) return false;
    if (channelType === "GROUP") return message.targetId === targetId;
    const { fromUserId, targetId: to } = message;
    return (fromUserId === targetId && to === userId) || (fromUserId === userId && to === targetId);
  };

/** Each chunk as it came, with its time after the first. */
const Chunks = ({ chunks }: Pick<ImMessage, "chunks">) => {
  const { chunk } = chatTexts.value.im;
  const startedAt = chunks[0]?.at ?? 0;
  return (
    <p class="chat-chunks" dir="auto">
      {chunks.map(({ seq, content, at }) => (
        <span key={seq} title={chunk(seq, at - startedAt)}>
          {content}
        </span>
      ))}
    </p>
  );
};

interface MessageProps {
  readonly message: ImMessage;
  readonly isOwn: boolean;
  readonly showsChunks: boolean;
}

const Message = ({ message, isOwn, showsChunks }: MessageProps) => {
  const texts = chatTexts.value.im;
  const { fromUserId, text, chunks, complete } = message;
  if (isOwn)
    return (
      <article class="chat-question">
        <h3 class="visually-hidden">{fromUserId}</h3>
        <p dir="auto">{text}</p>
      </article>
    );
  return (
    <article class="chat-answer">
      <h3 class="hint">{fromUserId}</h3>
      {showsChunks && chunks.length > 0 ? <Chunks chunks={chunks} /> : <Markdown text={text} />}
      {chunks.length > 0 && (
        <p class="hint">
          {texts.chunks(chunks.length)}
          {!complete && ` · ${texts.open}`}
        </p>
      )}
    </article>
  );
};

interface HeaderProps {
  readonly pane: ImPane;
  readonly bots: readonly ListedBot[];
  /** Empty for nobody. */
  readonly mention: string;
  readonly onMention: (botId: string) => void;
  readonly showsChunks: Signal<boolean>;
  readonly onClose: (() => void) | undefined;
}

/** Where a group's messages go if none is chosen. */
const firstGroup = "group-1";

const Header = ({ pane, bots, mention, onMention, showsChunks, onClose }: HeaderProps) => {
  const texts = chatTexts.value;
  const { userId, channelType, targetId } = pane;
  return (
    <header>
      <h2>{texts.im.title}</h2>
      <IdField
        label={texts.user}
        value={userId}
        onChange={(chosen) => changePane({ ...pane, userId: chosen })}
      />
      <Select
        label={texts.im.channel}
        value={channelType}
        options={["PERSON", "GROUP"]}
        nameOf={(type) => texts.im.channels[type]}
        onChange={(chosen) => {
          const target = chosen === "GROUP" ? firstGroup : (bots[0]?.userId ?? "");
          changePane({ ...pane, channelType: chosen, targetId: target });
        }}
      />
      {channelType === "GROUP" ? (
        <>
          <IdField
            label={texts.im.group}
            value={targetId}
            onChange={(chosen) => changePane({ ...pane, targetId: chosen })}
          />
          <BotChoice
            label={texts.im.mention}
            value={mention}
            bots={bots}
            noneName={texts.im.mentionNobody}
            onChoose={onMention}
          />
        </>
      ) : (
        <BotChoice
          label={texts.bot}
          value={targetId}
          bots={bots}
          onChoose={(chosen) => changePane({ ...pane, targetId: chosen })}
        />
      )}
      <div class="chat-pane-actions">
        <label class="labelled">
          <input
            type="checkbox"
            checked={showsChunks.value}
            onChange={({ currentTarget }) => {
              showsChunks.value = currentTarget.checked;
            }}
          />
          {texts.im.showChunks}
        </label>
        {onClose && (
          <button type="button" class="quiet" aria-label={texts.closePane(texts.im.title)} onClick={onClose}>
            <Icon shape="close" />
          </button>
        )}
      </div>
    </header>
  );
};

type ImPaneProps = Pick<HeaderProps, "pane" | "bots" | "onClose">;

const sent = v.object({});

/** The IM as a user of it sees it, with the answers chunk by chunk. Only a local run has it. */
export const ImPaneView = ({ pane, bots, onClose }: ImPaneProps) => {
  const texts = chatTexts.value;
  const feed = useMemo(openImFeed, []);
  useEffect(() => feed.close, [feed]);
  const log = useScrollToEnd();
  const showsChunks = useSignal(true);
  const chosenMention = useSignal<string | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const { userId, channelType, targetId } = pane;
  const isGroup = channelType === "GROUP";
  const mention = chosenMention.value ?? bots[0]?.userId ?? "";
  const messages = feed.messages.value.filter(isShown(pane));

  const send = async (text: string): Promise<void> => {
    failure.value = undefined;
    const mentions = isGroup && mention !== "" ? [mention] : [];
    const body = { fromUserId: userId, channelType, targetId, text, mentions };
    await callServer(sent, { path: "im/messages", body }).catch((error: unknown) => {
      failure.value = error;
    });
  };

  return (
    <section class="chat-pane" aria-label={texts.im.title}>
      <Header
        pane={pane}
        bots={bots}
        mention={mention}
        onMention={(botId) => {
          chosenMention.value = botId;
        }}
        showsChunks={showsChunks}
        onClose={onClose}
      />
      <div ref={log} class="chat-log" role="log" tabIndex={0} aria-label={texts.im.title}>
        <div class="chat-log-content">
          {messages.map((message) => (
            <Message
              key={message.messageUID}
              message={message}
              isOwn={message.fromUserId === userId}
              showsChunks={showsChunks.value}
            />
          ))}
          {messages.length === 0 && <p class="chat-empty">{texts.im.empty}</p>}
        </div>
      </div>
      {!feed.isConnected.value && <p class="hint">{texts.im.disconnected}</p>}
      {failure.value !== undefined && (
        <p class="error" role="alert">
          {describeError(failure.value)}
        </p>
      )}
      <Composer
        name={texts.im.message}
        disabled={targetId === ""}
        isBusy={false}
        attachments={undefined}
        onSend={({ text }) => void send(text)}
      />
    </section>
  );
};
