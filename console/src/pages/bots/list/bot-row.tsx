import { useSignal } from "@preact/signals";
import { hrefOf } from "../../../address.ts";
import { chosenApp } from "../../../chosen-app.ts";
import { dateTime } from "../../../text/language.ts";
import { DeleteDialog } from "../delete-dialog.tsx";
import type { Bot } from "../form/bot-draft.ts";
import { isUnsaved } from "../form/form-state.ts";
import { chatHref, copyHref, turnsHref } from "../hrefs.ts";
import { botsTexts } from "../texts.ts";
import { typeName } from "../type-name.ts";

const Integrations = ({ bot }: { bot: Bot }) => {
  const texts = botsTexts.value;
  const { integrations = [] } = bot;
  if (integrations.length === 0) return <span class="tag warning">{texts.noIntegrations}</span>;
  return (
    <>
      {integrations.map(({ type, enabled }) => (
        <span key={type} class={enabled ? "tag" : "tag warning"}>
          {enabled ? typeName(type) : texts.disabledType(typeName(type))}
        </span>
      ))}
    </>
  );
};

/** A bot of the list. Its links name the bot for screen readers, which read links without what is around them. */
export const BotRow = ({ bot, onDeleted }: { bot: Bot; onDeleted: () => void }) => {
  const texts = botsTexts.value;
  const isDeleting = useSignal(false);
  const { userId, name } = bot;
  const labelled = (text: string) => ({ "aria-label": `${text} ${userId}` });
  return (
    <li>
      <span class="bots-initial" aria-hidden="true">
        {[...name].slice(0, 1).join("").toUpperCase()}
      </span>
      <div class="bots-who">
        <a href={hrefOf("bots", userId)} dir="auto">
          {name}
        </a>
        <code>{userId}</code>
      </div>
      <div class="bots-tags">
        <Integrations bot={bot} />
        {isUnsaved(chosenApp.value, `bot ${userId}`) && <span class="tag warning">{texts.unsaved}</span>}
      </div>
      <time class="hint" dateTime={new Date(bot.updatedAt).toISOString()}>
        {texts.updated(dateTime.value(bot.updatedAt))}
      </time>
      <div class="bots-actions">
        <a href={chatHref(userId)} {...labelled(texts.chat)}>
          {texts.chat}
        </a>
        <a href={turnsHref(userId)} {...labelled(texts.turns)}>
          {texts.turns}
        </a>
        <a href={copyHref(userId)} {...labelled(texts.copyBot)}>
          {texts.copyBot}
        </a>
        <button
          type="button"
          class="quiet danger"
          {...labelled(texts.deleteBot)}
          onClick={() => {
            isDeleting.value = true;
          }}
        >
          {texts.deleteBot}
        </button>
      </div>
      {isDeleting.value && (
        <DeleteDialog
          bot={bot}
          onClose={() => {
            isDeleting.value = false;
          }}
          onDeleted={onDeleted}
        />
      )}
    </li>
  );
};
