import { useSignal } from "@preact/signals";
import { hrefOf } from "../../../address.ts";
import { chosenApp } from "../../../chosen-app.ts";
import { goTo, route } from "../../../route.ts";
import { shellTexts } from "../../../text/shell.ts";
import { Failure } from "../../../ui/failure.tsx";
import { Field } from "../../../ui/field.tsx";
import { PageLinks } from "../../../ui/page-links.tsx";
import { useLoaded } from "../../../ui/use-loaded.ts";
import { botsPerPage, listBots } from "../bot-calls.ts";
import type { Bot } from "../form/bot-draft.ts";
import { isUnsaved } from "../form/form-state.ts";
import { newBotHref } from "../hrefs.ts";
import { botsTexts } from "../texts.ts";
import { BotRow } from "./bot-row.tsx";
import { matchesBot } from "./matches-bot.ts";
import { pageOf } from "./page-of.ts";

const NoBots = () => {
  const { noBots, noBotsHelp, newBot } = botsTexts.value;
  return (
    <div class="card bots-empty">
      <h2>{noBots}</h2>
      <p>{noBotsHelp}</p>
      <a class="button primary" href={newBotHref}>
        {newBot}
      </a>
    </div>
  );
};

const hrefOfPage = (page: number): string => hrefOf("bots", undefined, { page: String(page) });

/** A new bot that was left before it was saved. */
const LeftBot = () => {
  const texts = botsTexts.value;
  if (!isUnsaved(chosenApp.value, "new")) return null;
  return (
    <p class="card row">
      <span class="tag warning">{texts.unsaved}</span> {texts.unsavedNew}{" "}
      <a href={newBotHref}>{texts.continueEditing}</a>
    </p>
  );
};

interface FoundProps {
  readonly bots: readonly Bot[];
  readonly filter: string;
  readonly onChange: () => void;
}

const Found = ({ bots, filter, onChange }: FoundProps) => {
  const texts = botsTexts.value;
  const shown = bots.filter((bot) => matchesBot(bot, filter));
  if (bots.length === 0)
    return (
      <p>
        {texts.noPage} <a href={hrefOf("bots")}>{texts.firstPage}</a>
      </p>
    );
  if (shown.length === 0)
    return (
      <p>
        {texts.noneOnPage(filter)} <a href={hrefOf("bots", filter)}>{texts.openById(filter)}</a>
      </p>
    );
  return (
    <ul class="bots-list">
      {shown.map((bot) => (
        <BotRow key={bot.userId} bot={bot} onDeleted={onChange} />
      ))}
    </ul>
  );
};

export const BotList = () => {
  const texts = botsTexts.value;
  const page = pageOf(route.value.query.get("page"));
  const [loaded, reload] = useLoaded((signal) => listBots(page, signal), [page]);
  const filter = useSignal("");
  const { last } = loaded;
  const openExactly = (event: SubmitEvent): void => {
    event.preventDefault();
    const id = filter.value.trim();
    if (id !== "") goTo(hrefOf("bots", id));
  };
  if (last?.total === 0)
    return (
      <div class="page">
        <h1>{shellTexts.value.pages.bots}</h1>
        <NoBots />
        <LeftBot />
      </div>
    );
  return (
    <div class="page" aria-busy={loaded.state === "loading"}>
      <header>
        <div class="row">
          <h1>{shellTexts.value.pages.bots}</h1>
          {last && <span class="hint">{texts.count(last.total)}</span>}
        </div>
        <a class="button primary" href={newBotHref}>
          {texts.newBot}
        </a>
      </header>
      <LeftBot />
      <search>
        <form class="bots-find" onSubmit={openExactly}>
          <Field label={texts.find} hint={texts.findHint}>
            {(control) => (
              <input
                {...control}
                type="search"
                autocomplete="off"
                spellcheck={false}
                value={filter.value}
                onInput={({ currentTarget }) => {
                  filter.value = currentTarget.value;
                }}
              />
            )}
          </Field>
        </form>
      </search>
      {loaded.state === "failed" && <Failure error={loaded.error} onRetry={reload} />}
      {loaded.state === "loading" && !last && <p role="status">{shellTexts.value.loading}</p>}
      {last && <Found bots={last.bots} filter={filter.value.trim()} onChange={reload} />}
      {last && (
        <PageLinks
          label={texts.pages}
          page={page}
          hasNext={page * botsPerPage < last.total}
          hrefOfPage={hrefOfPage}
        />
      )}
    </div>
  );
};
