import { useMemo } from "preact/hooks";
import { hrefOf } from "../../../address.ts";
import { chosenApp } from "../../../chosen-app.ts";
import { goTo } from "../../../route.ts";
import { shellTexts } from "../../../text/shell.ts";
import { Failure } from "../../../ui/failure.tsx";
import { useLoaded } from "../../../ui/use-loaded.ts";
import { createBot, findBot } from "../bot-calls.ts";
import { type BotDraft, botRequest, copyOfBot, emptyBot } from "../form/bot-draft.ts";
import { textOf } from "../form/draft.ts";
import { dropForm, type FormName, openForm } from "../form/form-state.ts";
import { botsTexts } from "../texts.ts";
import { BackLink } from "./back-link.tsx";
import { BotForm } from "./bot-form.tsx";

const NewBotForm = ({ name, begin }: { name: FormName; begin: BotDraft }) => {
  const app = chosenApp.value;
  const form = useMemo(
    () => openForm(app, name, () => ({ isNew: true, draft: begin, initial: emptyBot, storedAt: undefined })),
    [begin],
  );
  return (
    <BotForm
      key={form}
      form={form}
      submitLabel={botsTexts.value.create}
      onSubmit={async () => {
        await createBot(botRequest(form.draft.value));
        dropForm(app, name);
        goTo(hrefOf("bots", textOf(form.draft.value.fields.userId)));
      }}
      onDiscard={() => {
        dropForm(app, name);
        goTo(hrefOf("bots"));
      }}
    />
  );
};

const CopiedBot = ({ id }: { id: string }) => {
  const texts = botsTexts.value;
  const [loaded, reload] = useLoaded((signal) => findBot(id, signal), [id]);
  const bot = loaded.last?.state === "found" ? loaded.last.bot : undefined;
  const begin = useMemo(() => bot && copyOfBot(bot), [bot]);
  if (loaded.state === "failed") return <Failure error={loaded.error} onRetry={reload} />;
  if (loaded.state === "loading") return <p role="status">{shellTexts.value.loading}</p>;
  if (!begin) return <p role="alert">{texts.unknownBot(id)}</p>;
  return (
    <>
      <p class="hint">{texts.copyHelp}</p>
      <NewBotForm name={`copy ${id}`} begin={begin} />
    </>
  );
};

/** A form for a new bot: empty, or with the fields of another one. */
export const NewBotPage = ({ copied }: { copied: string | undefined }) => {
  const texts = botsTexts.value;
  return (
    <div class="page">
      <BackLink />
      <header>
        <h1>{copied === undefined ? texts.newTitle : texts.copyTitle(copied)}</h1>
      </header>
      {copied === undefined ? <NewBotForm name="new" begin={emptyBot} /> : <CopiedBot id={copied} />}
    </div>
  );
};
