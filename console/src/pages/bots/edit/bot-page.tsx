import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { hrefOf } from "../../../address.ts";
import { chosenApp } from "../../../chosen-app.ts";
import { goTo } from "../../../route.ts";
import { shellTexts } from "../../../text/shell.ts";
import { Failure } from "../../../ui/failure.tsx";
import { useLoaded } from "../../../ui/use-loaded.ts";
import { findBot, updateBot } from "../bot-calls.ts";
import { DeleteDialog } from "../delete-dialog.tsx";
import { type Bot, draftOfBot, updateRequest } from "../form/bot-draft.ts";
import { dropForm, openForm } from "../form/form-state.ts";
import { chatHref, copyHref, newBotHref, turnsHref } from "../hrefs.ts";
import { BotAsJson } from "../json/bot-as-json.tsx";
import { HostedBot } from "../json/hosted-bot.tsx";
import { botsTexts } from "../texts.ts";
import { BackLink } from "./back-link.tsx";
import { BotForm } from "./bot-form.tsx";

const Actions = ({ bot }: { bot: Bot }) => {
  const texts = botsTexts.value;
  const isDeleting = useSignal(false);
  return (
    <div class="row">
      <a class="button" href={chatHref(bot.userId)}>
        {texts.chat}
      </a>
      <a class="button" href={turnsHref(bot.userId)}>
        {texts.turns}
      </a>
      <a class="button" href={copyHref(bot.userId)}>
        {texts.copyBot}
      </a>
      <button
        type="button"
        class="danger"
        onClick={() => {
          isDeleting.value = true;
        }}
      >
        {texts.deleteBot}
      </button>
      {isDeleting.value && (
        <DeleteDialog
          bot={bot}
          onClose={() => {
            isDeleting.value = false;
          }}
          onDeleted={() => goTo(hrefOf("bots"))}
        />
      )}
    </div>
  );
};

interface StoredBotProps {
  readonly bot: Bot;
  readonly isSaved: boolean;
  readonly onSaved: () => void;
}

const StoredBot = ({ bot, isSaved, onSaved }: StoredBotProps) => {
  const app = chosenApp.value;
  const name = `bot ${bot.userId}` as const;
  const open = () =>
    openForm(app, name, () => {
      const initial = draftOfBot(bot);
      return { isNew: false, draft: initial, initial, storedAt: bot.updatedAt };
    });
  const round = useSignal(0);
  // A bot that is loaded again has another object: the form then begins with it, unless there are changes.
  const form = useMemo(open, [bot, round.value]);
  const texts = botsTexts.value;
  return (
    <>
      {form.storedAt !== bot.updatedAt && <p class="tag warning bots-note">{texts.elsewhere}</p>}
      <BotForm
        key={form}
        form={form}
        submitLabel={texts.save}
        isSaved={isSaved}
        onSubmit={async () => {
          await updateBot(updateRequest(form.draft.value, form.initial));
          dropForm(app, name);
          onSaved();
        }}
        onDiscard={() => {
          dropForm(app, name);
          round.value += 1;
        }}
      />
      <BotAsJson bot={bot} />
    </>
  );
};

const UnknownBot = ({ id }: { id: string }) => {
  const texts = botsTexts.value;
  return (
    <div class="card bots-empty" role="alert">
      <p>{texts.unknownBot(id)}</p>
      <a class="button" href={newBotHref}>
        {texts.newBot}
      </a>
    </div>
  );
};

export const BotPage = ({ id }: { id: string }) => {
  const [loaded, reload] = useLoaded((signal) => findBot(id, signal), [id]);
  const isSaved = useSignal(false);
  const { last } = loaded;
  const bot = last?.state === "found" ? last.bot : undefined;
  return (
    <div class="page">
      <BackLink />
      <header>
        <div class="bots-title">
          <h1 dir="auto">{bot?.name ?? id}</h1>
          {bot && <code>{bot.userId}</code>}
        </div>
        {bot && <Actions bot={bot} />}
      </header>
      {loaded.state === "failed" && <Failure error={loaded.error} onRetry={reload} />}
      {loaded.state === "loading" && !last && <p role="status">{shellTexts.value.loading}</p>}
      {last?.state === "unknown" && <UnknownBot id={id} />}
      {last?.state === "hosted" && <HostedBot id={id} bot={last.bot} />}
      {bot && (
        <StoredBot
          bot={bot}
          isSaved={isSaved.value}
          onSaved={() => {
            isSaved.value = true;
            reload();
          }}
        />
      )}
    </div>
  );
};
