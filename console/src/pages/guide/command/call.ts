import type { FieldName } from "../values.ts";

export type FormFields = Readonly<Record<string, string>>;

/** Which fields of the page a request has, by their path in the bridge's error messages. */
export type SentFields = Readonly<Record<string, FieldName>>;

/** A call of the bridge. A step's button sends it and its curl command shows it, so the two cannot differ. */
export interface Call {
  readonly method: "GET" | "POST";
  readonly path: `/${string}`;
  /** A signature of the app, a user's token, or nothing. */
  readonly auth: "signature" | "token" | "none";
  readonly body?: { readonly json: object } | { readonly form: FormFields };
  readonly sent: SentFields;
  /** Whether the reply is a stream of events. */
  readonly isStream?: boolean;
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
