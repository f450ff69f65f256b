import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fieldPath } from "#core/shared/field-path.ts";
import { ApiError } from "../../../api-error.ts";
import { Failure } from "../../../ui/failure.tsx";
import type { IntegrationDraft } from "../form/bot-draft.ts";
import { pairsOf, setIn } from "../form/draft.ts";
import type { Faults } from "../form/faults.ts";
import { type BotForm, changeDraft, markEdited } from "../form/form-state.ts";
import { typeName } from "../type-name.ts";
import { inputRows } from "./input-rows.ts";
import { InputsTable } from "./inputs-table.tsx";
import { Report } from "./report.tsx";
import { type TestReply, testIntegration } from "./test-call.ts";
import { testRequest } from "./test-request.ts";
import { testTexts } from "./test-texts.ts";

type Progress =
  | { readonly state: "idle" | "running" | "faulty" | "unavailable" }
  | { readonly state: "failed"; readonly error: unknown }
  | { readonly state: "done"; readonly reply: TestReply; readonly isDraft: boolean };

const failureOf = (error: unknown): Progress =>
  error instanceof ApiError && error.status === 404 ? { state: "unavailable" } : { state: "failed", error };

const Outcome = ({ progress }: { progress: Progress }) => {
  const texts = testTexts.value;
  switch (progress.state) {
    case "running":
      return <>{texts.testing}</>;
    case "faulty":
      return <span class="error">{texts.testFaults}</span>;
    case "unavailable":
      return <>{texts.testUnavailable}</>;
    case "done": {
      const { reply, isDraft } = progress;
      return (
        <>
          <strong class={reply.ok ? "bots-good" : "error"}>
            {reply.ok ? texts.allPassed : texts.someFailed}
          </strong>{" "}
          <span class="hint">{isDraft && texts.testsDraft}</span>
        </>
      );
    }
    default:
      return null;
  }
};

interface IntegrationTestProps {
  readonly form: BotForm;
  readonly integration: IntegrationDraft;
  readonly at: number;
  readonly faults: Faults;
}

/** Has the bridge try an integration, stored or as it is in the form, and shows what came back and what it means. */
export const IntegrationTest = ({ form, integration, at, faults }: IntegrationTestProps) => {
  const texts = testTexts.value;
  const progress = useSignal<Progress>({ state: "idle" });
  const call = useRef<AbortController>(null);
  useEffect(() => () => call.current?.abort(), []);
  const draft = form.draft.value;
  const pairs = pairsOf(draft.fields.metadata);

  const test = async (): Promise<void> => {
    const own = [...faults.keys()].filter((path) => path.startsWith(fieldPath(["integrations", at])));
    for (const path of own) markEdited(form, path);
    if (own.length > 0) {
      progress.value = { state: "faulty" };
      return;
    }
    const request = testRequest({ integration, draft, initial: form.initial, isNew: form.isNew });
    const controller = new AbortController();
    call.current = controller;
    progress.value = { state: "running" };
    try {
      const reply = await testIntegration(request, controller.signal);
      progress.value = { state: "done", reply, isDraft: "integration" in request };
    } catch (error) {
      if (!controller.signal.aborted) progress.value = failureOf(error);
    }
  };
  const addPair = (key: string): void =>
    changeDraft(form, { ...draft, fields: setIn(draft.fields, ["metadata"], [...pairs, [key, ""]]) });

  const current = progress.value;
  const isRunning = current.state === "running";
  return (
    <div class="bots-test">
      <div class="row">
        <button
          type="button"
          aria-label={texts.testOf(typeName(integration.type))}
          disabled={isRunning}
          onClick={() => void test()}
        >
          {isRunning ? texts.testing : texts.test}
        </button>
        <p role="status">
          <Outcome progress={current} />
        </p>
      </div>
      {current.state === "failed" && <Failure error={current.error} />}
      {current.state === "done" && (
        <Report reply={current.reply}>
          {current.reply.inputs && (
            <InputsTable rows={inputRows(current.reply.inputs, pairs)} onAdd={addPair} />
          )}
        </Report>
      )}
    </div>
  );
};
