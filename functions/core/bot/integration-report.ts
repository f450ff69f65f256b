/** What a test of an integration looks at. It ends early with a check that makes the others impossible. */
export const checkNames = [
  /** The server answers, and is of the expected kind. */
  "reachable",
  /** It accepts the API key. */
  "key",
  /** A Dify app has a mode that the integration's type calls. */
  "mode",
  /** A Dify app can be asked. */
  "published",
  /** A Dify app gets the inputs that it declares. */
  "inputs",
  /** A Dify app's settings of files. Never fails. */
  "files",
  /** The API lists the model. */
  "model",
  /** The model answers a question. */
  "answer",
  /** A webhook accepts an event. */
  "accepted",
] as const;
export type CheckName = (typeof checkNames)[number];

export interface IntegrationCheck {
  readonly name: CheckName;
  readonly ok: boolean;
  /** What came back and what it means, for a person. Never text from the other side, a key, or an address. */
  readonly detail: string;
}

export const passed = (name: CheckName, detail: string): IntegrationCheck => ({ name, ok: true, detail });
export const failed = (name: CheckName, detail: string): IntegrationCheck => ({ name, ok: false, detail });

/** Why a question would be refused because of an input. */
export const inputFaults = [
  /** It is required, and nothing fills it. */
  "missing",
  /** What fills it can be longer than it allows. */
  "too_short",
  /** What fills it can be none of its options. */
  "wrong_option",
  /** What fills it is not of its type. */
  "wrong_type",
] as const;
export type InputFault = (typeof inputFaults)[number];

/** A variable that a Dify app declares. */
export interface DeclaredInput {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly required: boolean;
  /** In characters; null if any length is allowed. */
  readonly maxLength: number | null;
  readonly options: readonly string[];
  /** What fills it: a path in the event that a webhook would get, `metadata.<key>`, or `text`. Null: nothing. */
  readonly filledBy: string | null;
  readonly fault: InputFault | null;
}

/** A Dify app as it describes itself. */
export interface CheckedApp {
  readonly name: string;
  /** Null: before Dify 1.0 an app does not say. */
  readonly mode: string | null;
  readonly description: string;
}

export interface IntegrationReport {
  readonly checks: readonly IntegrationCheck[];
  readonly app?: CheckedApp;
  readonly inputs?: readonly DeclaredInput[];
}
