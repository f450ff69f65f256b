import type { ListedBot } from "../../bots/listed-bots.ts";
import { OpenChoice } from "./open-choice.tsx";
import { chatTexts } from "./texts.ts";

interface BotChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly bots: readonly ListedBot[];
  /** The name of a choice of no bot, whose value is empty; absent if there must be one. */
  readonly noneName?: string;
  readonly disabled?: boolean;
  readonly onChoose: (botId: string) => void;
}

/** Chooses one of the app's bots, or another one by its id. */
export const BotChoice = ({ label, value, bots, noneName, disabled = false, onChoose }: BotChoiceProps) => {
  const nameOf = (id: string): string => {
    if (id === "") return noneName ?? "";
    const name = bots.find(({ userId }) => userId === id)?.name;
    return name === undefined || name === id ? id : `${name} (${id})`;
  };
  return (
    <OpenChoice
      label={label}
      value={value}
      options={[...(noneName === undefined ? [] : [""]), ...bots.map(({ userId }) => userId)]}
      nameOf={nameOf}
      disabled={disabled}
      otherTexts={chatTexts.value.otherBot}
      onChoose={onChoose}
    />
  );
};
