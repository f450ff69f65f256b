import { useSignal } from "@preact/signals";
import { freshSignature, shownSignature } from "../../../command/signature.ts";
import { currentSession } from "../../../session.ts";
import { CopyButton } from "../../../ui/copy-button.tsx";
import { Failure } from "../../../ui/failure.tsx";
import type { Bot } from "../form/bot-draft.ts";
import { createCommand } from "./create-command.ts";
import { Json } from "./json.tsx";
import { jsonTexts } from "./json-texts.ts";

export const BotAsJson = ({ bot }: { bot: Bot }) => {
  const texts = jsonTexts.value;
  const failure = useSignal<unknown>(undefined);
  const { bridgeUrl } = currentSession();
  const copyCommand = async (): Promise<string> => {
    failure.value = undefined;
    try {
      return createCommand(bot, bridgeUrl, await freshSignature());
    } catch (error) {
      failure.value = error;
      throw error;
    }
  };
  return (
    <details class="card bots-json">
      <summary>{texts.asJson}</summary>
      <div class="bots-json-parts">
        <section>
          <header>
            <h3>{texts.json}</h3>
            <CopyButton text={JSON.stringify(bot, null, 2)} label={texts.copyJson} />
          </header>
          <Json text={JSON.stringify(bot, null, 2)} label={texts.json} />
        </section>
        <section>
          <header>
            <h3>{texts.curl}</h3>
            <CopyButton text={copyCommand} label={texts.copyCurl} />
          </header>
          <p class="hint">{texts.curlHelp}</p>
          {failure.value !== undefined && <Failure error={failure.value} />}
          <Json text={createCommand(bot, bridgeUrl, shownSignature())} label={texts.curl} />
        </section>
      </div>
    </details>
  );
};
