import { useSignal } from "@preact/signals";
import * as v from "valibot";
import { callServer } from "../../../api.ts";
import { chosenApp } from "../../../chosen-app.ts";
import { currentSession } from "../../../session.ts";
import { CopyButton } from "../../../ui/copy-button.tsx";
import { Failure } from "../../../ui/failure.tsx";
import type { Bot } from "../form/bot-draft.ts";
import { botsTexts } from "../texts.ts";
import { createCommand } from "./create-command.ts";
import { Json } from "./json.tsx";

const signed = v.object({ headers: v.record(v.string(), v.string()) });

const sign = async (): Promise<Readonly<Record<string, string>>> =>
  (await callServer(signed, { path: "sign", body: { app: chosenApp.peek() } })).headers;

/** Shown in place of a signature, which is made when the command is copied. */
const unsigned = { "App-Key": "…", Nonce: "…", Timestamp: "…", Signature: "…" };

export const BotAsJson = ({ bot }: { bot: Bot }) => {
  const texts = botsTexts.value;
  const failure = useSignal<unknown>(undefined);
  const { bridgeUrl } = currentSession();
  const copyCommand = async (): Promise<string> => {
    failure.value = undefined;
    try {
      return createCommand(bot, bridgeUrl, await sign());
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
          <Json text={createCommand(bot, bridgeUrl, unsigned)} label={texts.curl} />
        </section>
      </div>
    </details>
  );
};
