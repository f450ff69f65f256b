import { useSignal } from "@preact/signals";
import { describeError } from "../../describe-error.ts";
import { Markdown } from "../../markdown/markdown.tsx";
import { errorTexts } from "../../text/errors.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { AnswerFacts } from "./answer-facts.tsx";
import { type AnswerState, isOpen, type Retry } from "./answer-state.ts";
import { type Conversation, canRetry, type Exchange } from "./conversation.ts";
import { FileList } from "./file-list.tsx";
import { PausedForm } from "./paused-form.tsx";
import { Sources } from "./sources.tsx";
import { chatTexts } from "./texts.ts";

/** What the client waits for: a busy bot is not a broken connection. */
const retryText = ({ error, delayMs }: Retry): string => {
  const { busy, reconnecting } = chatTexts.value;
  const seconds = Math.ceil(delayMs / 1000);
  return error.status === 409 || error.status === 429 ? busy(seconds) : reconnecting(seconds);
};

const truncatedText = (reason: string): string => {
  const { truncated, truncatedOther } = chatTexts.value;
  const known: Readonly<Record<string, string>> = truncated;
  return known[reason] ?? truncatedOther(reason);
};

const describeFailure = ({ isInput, answer }: Exchange): string => {
  const { ofForm, ofTurn } = errorTexts.value;
  const { error, turn } = answer.value;
  if (isInput) return describeError(error, ofForm);
  return describeError(error, turn === undefined ? {} : ofTurn);
};

const Notes = ({ answer }: { answer: AnswerState }) => {
  const texts = chatTexts.value;
  const notes = [
    answer.retry && retryText(answer.retry),
    answer.phase === "waiting" && !answer.retry && texts.waiting,
    answer.stopped && texts.stopped,
    answer.truncated !== null && truncatedText(answer.truncated),
    answer.paused && !answer.form && texts.pausedForOthers,
  ].filter((each) => typeof each === "string");
  return notes.map((note) => (
    <p key={note} class="hint">
      {note}
    </p>
  ));
};

interface ExchangeProps {
  readonly exchange: Exchange;
  readonly conversation: Conversation;
}

const Rating = ({ exchange, conversation }: ExchangeProps) => {
  const { like, dislike } = chatTexts.value;
  const failure = useSignal<unknown>(undefined);
  const { rating } = exchange.answer.value;
  const rate = (chosen: "like" | "dislike"): void => {
    failure.value = undefined;
    conversation.rate(exchange, rating === chosen ? null : chosen).catch((error: unknown) => {
      failure.value = error;
    });
  };
  return (
    <>
      <button type="button" class="quiet" aria-pressed={rating === "like"} onClick={() => rate("like")}>
        {like}
      </button>
      <button type="button" class="quiet" aria-pressed={rating === "dislike"} onClick={() => rate("dislike")}>
        {dislike}
      </button>
      {failure.value !== undefined && (
        <span class="error" role="alert">
          {describeError(failure.value, errorTexts.value.ofRating)}
        </span>
      )}
    </>
  );
};

const Actions = ({ exchange, conversation }: ExchangeProps) => {
  const texts = chatTexts.value;
  const answer = exchange.answer.value;
  if (isOpen(answer)) return null;
  return (
    <div class="row chat-actions">
      {answer.text !== "" && <CopyButton text={answer.text} label={texts.copyAnswer} />}
      {answer.phase === "done" && answer.turn !== undefined && (
        <Rating exchange={exchange} conversation={conversation} />
      )}
      {canRetry(exchange) && !conversation.isBusy.value && (
        <button type="button" class="quiet" onClick={() => void conversation.ask(exchange.question)}>
          {texts.retry}
        </button>
      )}
    </div>
  );
};

const AnswerView = ({ exchange, conversation, botId }: ExchangeProps & { botId: string }) => {
  const answer = exchange.answer.value;
  const { form } = answer;
  return (
    <article class={`chat-answer ${answer.phase}`}>
      <h3 class="visually-hidden">{botId}</h3>
      {answer.reasoning !== "" && (
        <details class="chat-reasoning">
          <summary>{chatTexts.value.reasoning}</summary>
          <Markdown text={answer.reasoning} />
        </details>
      )}
      {answer.text !== "" && <Markdown text={answer.text} />}
      <FileList files={answer.files} />
      <Notes answer={answer} />
      {form && (
        <PausedForm
          form={form}
          disabled={conversation.isBusy.value}
          onSubmit={(input) => void conversation.fillIn(exchange, input)}
        />
      )}
      {answer.phase === "failed" && <p class="error">{describeFailure(exchange)}</p>}
      <Sources sources={answer.sources} />
      <Actions exchange={exchange} conversation={conversation} />
      <AnswerFacts answer={answer} />
    </article>
  );
};

/** A question and its answer. */
export const ExchangeView = ({
  userId,
  ...props
}: ExchangeProps & { readonly botId: string; readonly userId: string }) => {
  const { text, files } = props.exchange.question;
  return (
    <>
      <article class="chat-question">
        <h3 class="visually-hidden">{userId}</h3>
        <p dir="auto">{text}</p>
        {files.length > 0 && <p class="hint">{files.map(({ name }) => name).join(", ")}</p>}
      </article>
      <AnswerView {...props} />
    </>
  );
};
