import { type CallDifyPorts, makeCallDify, makeLookUp } from "./call-dify.ts";
import { type DifyQuestion, sentInputs } from "./dify-request.ts";
import { acceptsFiles, appParameters, type InputField, inputFault, maxLengthOf } from "./input-form.ts";

/** Whether Dify accepts the inputs; "unknown" if it does not answer. `detail` is for logs. */
export type InputCheck =
  | { readonly status: "accepted" | "unknown" }
  | { readonly status: "refused"; readonly detail: string };

/** The rule that Dify would name. */
const problemWith = (input: InputField, value: string | undefined): string | undefined => {
  const name = `input ${input.field.variable}`;
  switch (inputFault(input, value)) {
    case "missing":
      return `${name}: required`;
    case "too_short":
      return `${name}: at most ${maxLengthOf(input)} characters`;
    case "wrong_option":
      return `${name}: not one of its options`;
    default:
      return undefined;
  }
};

/** How long an app's answer whether it accepts files is reused, in milliseconds: somebody may turn it on. */
const filesMaxAgeMs = 60_000;

/** Asks Dify what an app accepts (`GET /parameters`). */
export const makeAppParameters = (ports: CallDifyPorts) => {
  const lookUp = makeLookUp(makeCallDify(ports));
  const filesRefusedUntil = new Map<string, number>();

  return {
    /** Whether the app accepts no files: Dify would drop them without a word. False if it does not answer. */
    async refusesFiles(
      { integration }: Pick<DifyQuestion, "integration">,
      signal: AbortSignal,
    ): Promise<boolean> {
      const key = `${integration.callbackUrl} ${integration.apiKey}`;
      const now = ports.clock.now();
      if ((filesRefusedUntil.get(key) ?? 0) > now) return true;
      filesRefusedUntil.delete(key);
      const found = await lookUp(appParameters, { integration, path: "parameters", signal });
      const isRefused = found !== undefined && !acceptsFiles(found);
      if (isRefused) filesRefusedUntil.set(key, now + filesMaxAgeMs);
      return isRefused;
    },

    async checkInputs(question: DifyQuestion, signal: AbortSignal): Promise<InputCheck> {
      const { integration } = question;
      const inputs = sentInputs(question);
      const found = await lookUp(appParameters, { integration, path: "parameters", signal });
      if (!found) return { status: "unknown" };
      for (const input of found.user_input_form) {
        const detail = problemWith(input, inputs[input.field.variable]);
        if (detail !== undefined) return { status: "refused", detail };
      }
      return { status: "accepted" };
    },
  };
};
