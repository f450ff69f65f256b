import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { describeError } from "../../describe-error.ts";
import type { Attachment, Attachments } from "./attachments.ts";
import type { Question } from "./conversation.ts";
import { chatTexts } from "./texts.ts";

const AttachmentView = ({ attachment, onRemove }: { attachment: Attachment; onRemove: () => void }) => {
  const texts = chatTexts.value;
  const { name, state } = attachment;
  return (
    <li class={state === "failed" ? "tag bad" : "tag"}>
      {state === "uploading" ? texts.uploading(name) : name}
      {state === "failed" && `: ${describeError(attachment.error)}`}
      <button type="button" class="quiet" aria-label={texts.remove(name)} onClick={onRemove}>
        ×
      </button>
    </li>
  );
};

interface ComposerProps {
  readonly botId: string;
  readonly isBusy: boolean;
  /** Undefined where files cannot be sent. */
  readonly attachments: Attachments | undefined;
  readonly onSend: (question: Question) => void;
  readonly onStop: () => void;
}

/** Where the next question is written. */
export const Composer = ({ botId, isBusy, attachments, onSend, onStop }: ComposerProps) => {
  const texts = chatTexts.value;
  const id = useId();
  const text = useSignal("");
  const chooser = useRef<HTMLInputElement>(null);
  const list = attachments?.list.value ?? [];
  const isUploading = list.some(({ state }) => state === "uploading");

  const send = (event?: Event): void => {
    event?.preventDefault();
    const content = text.value.trim();
    if (content === "" || isBusy || isUploading) return;
    text.value = "";
    onSend({ text: content, files: attachments?.take() ?? [] });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && isBusy) onStop();
    // In an input method, Enter selects a word.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
  };

  return (
    <form class="chat-composer" onSubmit={send}>
      {list.length > 0 && (
        <ul class="row">
          {list.map((attachment) => (
            <AttachmentView
              key={attachment.key}
              attachment={attachment}
              onRemove={() => attachments?.remove(attachment.key)}
            />
          ))}
        </ul>
      )}
      <div class="chat-composer-line">
        <label for={id} class="visually-hidden">
          {texts.message(botId)}
        </label>
        <textarea
          id={id}
          rows={1}
          dir="auto"
          value={text.value}
          placeholder={texts.placeholder}
          enterkeyhint="send"
          aria-describedby={`${id}-keys`}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
          onKeyDown={onKeyDown}
        />
        {attachments && (
          <>
            <input
              ref={chooser}
              type="file"
              multiple
              hidden
              aria-label={texts.attach}
              onChange={({ currentTarget }) => {
                for (const file of currentTarget.files ?? []) void attachments.add(file);
                currentTarget.value = "";
              }}
            />
            <button
              type="button"
              title={texts.attach}
              aria-label={texts.attach}
              onClick={() => chooser.current?.click()}
            >
              +
            </button>
          </>
        )}
        {isBusy ? (
          <button type="button" class="danger" onClick={onStop}>
            {texts.stop}
          </button>
        ) : (
          <button type="submit" class="primary" disabled={isUploading}>
            {texts.send}
          </button>
        )}
      </div>
      <p id={`${id}-keys`} class="hint chat-keys">
        {texts.keys}
      </p>
    </form>
  );
};
