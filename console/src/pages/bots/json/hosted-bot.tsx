import { CopyButton } from "../../../ui/copy-button.tsx";
import { botsTexts } from "../texts.ts";
import { Json } from "./json.tsx";

/** A bot that RongCloud hosts: the bridge only passes it on. */
export const HostedBot = ({ id, bot }: { id: string; bot: unknown }) => {
  const texts = botsTexts.value;
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
