import { useSignal } from "@preact/signals";
import { maskKey } from "#core/bot/key-mask.ts";
import { curlCommand, selfSigningCommand } from "../../../command/curl-command.ts";
import { currentSession } from "../../../session.ts";
import { CopyButton } from "../../../ui/copy-button.tsx";
import { Failure } from "../../../ui/failure.tsx";
import { CodeBox } from "../code-box.tsx";
import { values } from "../guide-state.ts";
import type { Step } from "../step.ts";
import { guideTexts } from "../texts.ts";
import type { Call } from "./call.ts";
import { freshHeaders, shownHeaders } from "./fresh-headers.ts";

type CallOf = NonNullable<Step["call"]>;

/** The call as it is shown: without the key, which the copied command has. */
const shownCall = (callOf: CallOf): Call => {
  const shown = values.value;
  return callOf({ ...shown, difyKey: shown.difyKey && maskKey(shown.difyKey) });
};

const SelfSigning = ({ callOf }: { callOf: CallOf }) => {
  const texts = guideTexts.value;
  const { bridgeUrl } = currentSession();
  return (
    <details>
      <summary>{texts.selfSigning}</summary>
      <CodeBox caption="Shell" text={selfSigningCommand(shownCall(callOf), bridgeUrl)}>
        <CopyButton
          text={async () => selfSigningCommand(callOf(values.peek()), bridgeUrl)}
          subject={texts.ofSelfSigning}
        />
      </CodeBox>
      <p class="hint">{texts.selfSigningHelp}</p>
    </details>
  );
};

/** The call as a curl command. Copying it gets a new signature or token, so that the command works as it is. */
export const Command = ({ callOf, title }: { callOf: CallOf; title: string }) => {
  const failure = useSignal<unknown>(undefined);
  const texts = guideTexts.value;
  const { bridgeUrl, local } = currentSession();
  const shown = shownCall(callOf);
  const copy = async (): Promise<string> => {
    failure.value = undefined;
    const call = callOf(values.peek());
    return curlCommand(call, bridgeUrl, await freshHeaders(call, values.peek().userId));
  };
  const labels = { signature: texts.copyCommand, token: texts.copyWithToken, none: texts.copyPlain };
  return (
    <section class="guide-curl" aria-label={title}>
      <h3>{title}</h3>
      <CodeBox caption="Shell" text={curlCommand(shown, bridgeUrl, shownHeaders(shown))}>
        <CopyButton
          text={copy}
          label={labels[shown.auth]}
          subject={texts.ofCommand}
          onFailure={(error) => {
            failure.value = error;
          }}
        />
      </CodeBox>
      {failure.value !== undefined && <Failure error={failure.value} />}
      <p class="hint">{texts.commandOf[shown.auth]}</p>
      {local && shown.auth === "signature" && <SelfSigning callOf={callOf} />}
    </section>
  );
};
