import { CopyButton } from "../../../ui/copy-button.tsx";
import { Json } from "./json.tsx";
import { jsonTexts } from "./json-texts.ts";

/** A bot that RongCloud hosts: the bridge only passes it on. */
export const HostedBot = ({ id, bot }: { id: string; bot: unknown }) => {
  const texts = jsonTexts.value;
  const text = JSON.stringify(bot, null, 2);
  return (
    <section class="card bots-json">
      <p>{texts.hosted(id)}</p>
      <div>
        <CopyButton text={text} label={texts.copyJson} />
      </div>
      <Json text={text} label={id} />
    </section>
  );
};
