import { addName, namesOf } from "./conversation-names.ts";
import { OpenChoice } from "./open-choice.tsx";
import { chatTexts } from "./texts.ts";

/** No conversation has this name. */
const unnamed = "";

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
  return (
    <OpenChoice
      label={texts.conversation}
      value={name ?? unnamed}
      options={[unnamed, ...namesOf(botId, userId)]}
      nameOf={(option) => (option === unnamed ? texts.defaultConversation : option)}
      disabled={disabled}
      otherTexts={texts.newConversation}
      onChoose={(chosen) => onChoose(chosen === unnamed ? undefined : chosen)}
      onEnter={(entered) => {
        addName(botId, userId, entered);
        onChoose(entered);
      }}
    />
  );
};
