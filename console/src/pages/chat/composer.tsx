import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { describeError } from "../../describe-error.ts";
import { errorTexts } from "../../text/errors.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Attachment, Attachments } from "./attachments.ts";
import type { Question } from "./conversation.ts";
import { chatTexts } from "./texts.ts";

const AttachmentView = ({ attachment, onRemove }: { attachment: Attachment; onRemove: () => void }) => {
  const texts = chatTexts.value;
  const { name, state } = attachment;
  return (
    <li class={state === "failed" ? "tag bad" : "tag"}>
      {state === "uploading" ? texts.uploading(name) : name}
      {state === "failed" && `: ${describeError(attachment.error, errorTexts.value.ofUpload)}`}
      <button type="button" aria-label={texts.remove(name)} onClick={onRemove}>
        <Icon shape="close" />
      </button>
    </li>
  );
};

interface ComposerProps {
  /** What a screen reader calls the field. */
  readonly name: string;
  /** Whether there is nobody to write to. */
  readonly disabled: boolean;
  readonly isBusy: boolean;
  /** Undefined where files cannot be sent. */
  readonly attachments: Attachments | undefined;
  readonly onSend: (question: Question) => void;
  /** Undefined where nothing can be stopped. */
  readonly onStop?: () => void;
}

const filesOf = (list: FileList | null | undefined): readonly File[] => [...(list ?? [])];

const AttachButton = ({
  disabled,
  onChoose,
}: {
  disabled: boolean;
  onChoose: (files: readonly File[]) => void;
}) => {
  const { attach } = chatTexts.value;
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-label={attach}
        onChange={({ currentTarget }) => {
          onChoose(filesOf(currentTarget.files));
          currentTarget.value = "";
        }}
      />
      <button
        type="button"
        title={attach}
        aria-label={attach}
        disabled={disabled}
        onClick={() => chooser.current?.click()}
      >
        <Icon shape="attach" />
      </button>
    </>
  );
};

/** Where the next question is written. */
export const Composer = ({ name, disabled, isBusy, attachments, onSend, onStop }: ComposerProps) => {
  const texts = chatTexts.value;
  const id = useId();
  const text = useSignal("");
  const field = useRef<HTMLTextAreaElement>(null);
  const list = attachments?.list.value ?? [];
  const isUploading = list.some(({ state }) => state === "uploading");

  const add = (files: readonly File[]): void => {
    for (const file of files) void attachments?.add(file);
  };
  const send = (event?: Event): void => {
    event?.preventDefault();
    // The button that was pressed may be gone: the answer has another one.
    field.current?.focus();
    const content = text.value.trim();
    if (content === "" || isBusy || isUploading) return;
    text.value = "";
    onSend({ text: content, files: attachments?.take() ?? [] });
  };
  const stop = (): void => {
    field.current?.focus();
    onStop?.();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && isBusy) onStop?.();
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
          {name}
        </label>
        <textarea
          ref={field}
          id={id}
          rows={1}
          dir="auto"
          value={text.value}
          placeholder={texts.placeholder}
          disabled={disabled}
          enterkeyhint="send"
          aria-describedby={`${id}-keys`}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
          onKeyDown={onKeyDown}
          onPaste={({ clipboardData }) => add(filesOf(clipboardData?.files))}
        />
        {attachments && <AttachButton disabled={disabled} onChoose={add} />}
        {isBusy ? (
          <button key="stop" type="button" class="danger" onClick={stop}>
            {texts.stop}
          </button>
        ) : (
          <button key="send" type="submit" class="primary" disabled={disabled || isUploading}>
            {texts.send}
          </button>
        )}
      </div>
      <p id={`${id}-keys`} class="hint chat-keys">
        {texts.keys}
        {onStop && ` ${texts.stopKey}`}
      </p>
    </form>
  );
};
