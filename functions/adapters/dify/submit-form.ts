import * as v from "valibot";
import { type FieldValue, type FormInput, isFileList } from "#core/answer/pause.ts";
import { type CallDify, errorBody } from "./call-dify.ts";
import { difyUser } from "./dify-ids.ts";
import { type DifyIntegration, toDifyFile } from "./dify-request.ts";

export type SubmittedForm =
  | { readonly status: "accepted" }
  /** The values break a rule of Dify's. */
  | { readonly status: "rejected" }
  /** `detail` is for logs. */
  | { readonly status: "refused"; readonly detail: string }
  | { readonly status: "closed"; readonly reason: "answered" | "expired" }
  /** Dify may or may not have taken it. */
  | { readonly status: "unknown" };

const toDifyValue = (value: FieldValue): unknown => {
  if (typeof value === "string") return value;
  return isFileList(value) ? value.map(toDifyFile) : toDifyFile(value);
};

/** Submits a form (docs/spec/dify.md, A9). Dify accepts two submits at the same time: the caller must see to that. */
export const makeSubmitForm =
  (callDify: CallDify) =>
  async (
    integration: DifyIntegration,
    token: string,
    user: string,
    { action, values }: FormInput,
  ): Promise<SubmittedForm> => {
    const inputs = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, toDifyValue(value)]),
    );
    const reply = await callDify({
      integration,
      method: "POST",
      path: `form/human_input/${encodeURIComponent(token)}`,
      body: { user: difyUser(user), action, inputs },
    }).catch(() => undefined);
    const { code = "unknown" } = v.is(errorBody, reply?.json) ? reply.json : {};
    switch (reply?.status) {
      case 200:
        return { status: "accepted" };
      case 400:
        return { status: "rejected" };
      case 401:
      case 403:
        return { status: "refused", detail: `form: HTTP ${reply.status}` };
      case 404:
        return { status: "closed", reason: "expired" };
      case 412:
        return { status: "closed", reason: code === "human_input_form_expired" ? "expired" : "answered" };
      default:
        return { status: "unknown" };
    }
  };
