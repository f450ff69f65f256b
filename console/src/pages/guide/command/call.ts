import type { ApiCall } from "../../../command/api-call.ts";
import type { FieldName } from "../values.ts";

type FormFields = Readonly<Record<string, string>>;

/** Which fields of the page a request has, by their path in the bridge's error messages. */
export type SentFields = Readonly<Record<string, FieldName>>;

/** A step's button sends it and its curl command shows it, so the two cannot differ. */
export interface Call extends ApiCall {
  readonly sent: SentFields;
}

export const signedJson = (path: Call["path"], json: object, sent: SentFields): Call => ({
  method: "POST",
  path,
  auth: "signature",
  body: { json },
  sent,
});

export const signedForm = (path: Call["path"], form: FormFields, sent: SentFields): Call => ({
  method: "POST",
  path,
  auth: "signature",
  body: { form },
  sent,
});
