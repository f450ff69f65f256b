import * as v from "valibot";
import { lenient, lenientList } from "#adapters/model-api/lenient.ts";
import { type CallDifyPorts, makeCallDify, makeLookUp } from "./call-dify.ts";
import { type DifyQuestion, sentInputs } from "./dify-request.ts";

/** Each entry contains one field, under the name of its type. */
const inputField = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((entry) => {
    const [[type, field] = []] = Object.entries(entry);
    return { type, field };
  }),
  v.object({
    type: v.string(),
    field: v.object({
      variable: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
      required: lenient(v.boolean()),
      max_length: lenient(v.number()),
      options: lenientList(v.string()),
    }),
  }),
);
type InputField = v.InferOutput<typeof inputField>;

/** Whether Dify accepts the inputs; "unknown" if it does not answer. `detail` is for logs. */
export type InputCheck =
  | { readonly status: "accepted" | "unknown" }
  | { readonly status: "refused"; readonly detail: string };

/** Dify's own rules (docs/spec/dify.md, A6): an empty string is a value. */
const problemWith = ({ type, field }: InputField, value: string | undefined): string | undefined => {
  const { variable, required, max_length: limit = 0, options } = field;
  if (value === undefined) return required ? `input ${variable}: required` : undefined;
  const isText = type === "text-input" || type === "paragraph";
  if (isText && limit > 0 && [...value].length > limit)
    return `input ${variable}: at most ${limit} characters`;
  if (type === "select" && value !== "" && !options.includes(value)) {
    return `input ${variable}: not one of its options`;
  }
  return undefined;
};

const enabled = lenient(v.object({ enabled: lenient(v.boolean()) }));
const parameters = v.object({
  user_input_form: lenientList(inputField),
  // Until 1.x only images: `{"image":{"enabled":…}}`.
  file_upload: lenient(v.object({ enabled: lenient(v.boolean()), image: enabled })),
});

/** How long an app's answer whether it accepts files is reused, in milliseconds: somebody may turn it on. */
const filesMaxAgeMs = 60_000;

/** Asks Dify what an app accepts (`GET /parameters`). */
export const makeAppParameters = (ports: CallDifyPorts) => {
  const lookUp = makeLookUp(makeCallDify(ports));
  const filesRefusedUntil = new Map<string, number>();

  return {
    /** Whether the app accepts no files: Dify would drop them without a word. False if it does not answer. */
    async refusesFiles({ integration }: DifyQuestion, signal: AbortSignal): Promise<boolean> {
      const key = `${integration.callbackUrl} ${integration.apiKey}`;
      const now = ports.clock.now();
      if ((filesRefusedUntil.get(key) ?? 0) > now) return true;
      filesRefusedUntil.delete(key);
      const found = await lookUp(parameters, { integration, path: "parameters", signal });
      const { enabled: files, image } = found?.file_upload ?? {};
      const isRefused = found?.file_upload !== undefined && !files && !image?.enabled;
      if (isRefused) filesRefusedUntil.set(key, now + filesMaxAgeMs);
      return isRefused;
    },

    async checkInputs(question: DifyQuestion, signal: AbortSignal): Promise<InputCheck> {
      const { integration } = question;
      const inputs = sentInputs(question);
      const found = await lookUp(parameters, { integration, path: "parameters", signal });
      if (!found) return { status: "unknown" };
      for (const field of found.user_input_form) {
        const detail = problemWith(field, inputs[field.field.variable]);
        if (detail !== undefined) return { status: "refused", detail };
      }
      return { status: "accepted" };
    },
  };
};
