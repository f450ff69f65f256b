import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { addName, namesOf } from "./conversation-names.ts";
import { chatTexts } from "./texts.ts";

interface NewConversationProps {
  readonly onCreate: (name: string) => void;
  readonly onClose: () => void;
}

const NewConversation = ({ onCreate, onClose }: NewConversationProps) => {
  const texts = chatTexts.value;
  const name = useSignal("");
  return (
    <Dialog title={texts.newConversationTitle} onClose={onClose}>
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          onCreate(name.value.trim());
        }}
      >
        <Field label={texts.conversationName} hint={texts.conversationNameHint} required>
          {(control) => (
            <input
              {...control}
              required
              maxLength={64}
              pattern=".*\S.*"
              value={name.value}
              onInput={({ currentTarget }) => {
                name.value = currentTarget.value;
              }}
            />
          )}
        </Field>
        <button type="submit" class="primary">
          {texts.create}
        </button>
      </form>
    </Dialog>
  );
};

interface ConversationChoiceProps {
  readonly botId: string;
  readonly userId: string;
  readonly name: string | undefined;
  readonly disabled: boolean;
  readonly onChoose: (name: string | undefined) => void;
}

/** Chooses one of the user's conversations with the bot, or begins another. */
export const ConversationChoice = ({ botId, userId, name, disabled, onChoose }: ConversationChoiceProps) => {
  const texts = chatTexts.value;
  const id = useId();
  const isNaming = useSignal(false);
  const names = namesOf(botId, userId);
  const listed = name === undefined || names.includes(name) ? names : [...names, name];
  return (
    <span class="labelled">
      <label for={id}>{texts.conversation}</label>
      <select
        id={id}
        disabled={disabled}
        value={name === undefined ? "default" : `name:${name}`}
        onChange={({ currentTarget }) => {
          const { value } = currentTarget;
          if (value === "new") isNaming.value = true;
          else onChoose(value === "default" ? undefined : value.slice("name:".length));
        }}
      >
        <option value="default">{texts.defaultConversation}</option>
        {listed.map((each) => (
          <option key={each} value={`name:${each}`}>
            {each}
          </option>
        ))}
        <option value="new">{texts.newConversation}</option>
      </select>
      {isNaming.value && (
        <NewConversation
          onClose={() => {
            isNaming.value = false;
          }}
          onCreate={(created) => {
            addName(botId, userId, created);
            isNaming.value = false;
            onChoose(created);
          }}
        />
      )}
    </span>
  );
};
