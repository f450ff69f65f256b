import type { StreamJson } from "../http/wire-format.ts";

/** What tells one Dify version from another on the wire; the tags are those of docs/spec/dify.md. */
export interface VersionTraits {
  /** A3: ASCII with spaces until 1.8, raw UTF-8 since. */
  readonly streamJson: StreamJson;
  /** Which keys events have: of the 0.15 line or of 1.x. */
  readonly shape: "0.15" | "1.x";
  readonly jsonContentType: "application/json" | "application/json; charset=utf-8";
  /** A7: who words the refusal of a request's fields. */
  readonly requestParser: "reqparse" | "pydantic";
  /** A5: flask-restx appends a guess to a 404. */
  readonly didYouMean: boolean;
  readonly infoHasMode: boolean;
  readonly deletedStatus: 200 | 204;
  readonly firstDialogueCount: 0 | 1;
  /** A6: a conversation keeps its first turn's inputs. */
  readonly inputsPinned: boolean;
  readonly namedByQuery: boolean;
  /** A8-9: what `auto_generate_name: true` costs before the first event. */
  readonly namingDelayMs: number;
  /** A3, A8-8: chatflows and workflows run in a worker, begin with a ping and outlive their client. */
  readonly detachedRuns: boolean;
  /** A4: the end of a chatflow that succeeded. */
  readonly chatflowEnding: "finished_then_end" | "finished_only" | "end_then_finished";
  /** A4: whether anything follows `workflow_finished` with failed or stopped. */
  readonly endsAtUnsuccessfulRun: boolean;
  readonly outputModeration: "after_finished" | "before_finished";
  /** A4: the end of a chatflow that an annotation or the input moderation answered. */
  readonly shortcutEnding: "closes" | "idles" | "spurious_error";
  /** A5: a streaming chatflow asked to continue what it does not know. */
  readonly unknownConversation: "not_found" | "hangs" | "starts_new";
  /** A7: bad inputs of a streaming chatflow or workflow. */
  readonly preRunFailure: "http" | "hangs" | "in_stream";
  /** A5: whether somebody else's stop aborts a chatflow. */
  readonly foreignStopAborts: boolean;
  readonly humanInput: boolean;
  /** A8-5: `reasoning_format: separated` keeps the thought out of the answer. */
  readonly separatesReasoning: boolean;
  /** A8-11: where an answer has files, what is stored of it has no links to pictures. */
  readonly stripsStoredLinks: boolean;
  /** A3: text after an assistant's file comes as `message_file` with an `answer`. */
  readonly fileEventCarriesText: boolean;
  /** What the model side says of a bad key: through chat, completion and agents, and through an LLM node. */
  readonly modelFailure: { readonly easy: string; readonly node: string };
}

const failure015 =
  '[openai_api_compatible] Error: API request failed with status code 401: {"error": {"message": "bad key", "type": "x", "code": 401}}';

const v0153: VersionTraits = {
  streamJson: "ascii",
  shape: "0.15",
  jsonContentType: "application/json",
  requestParser: "reqparse",
  didYouMean: false,
  infoHasMode: false,
  deletedStatus: 200,
  firstDialogueCount: 0,
  inputsPinned: true,
  namedByQuery: false,
  namingDelayMs: 0,
  detachedRuns: false,
  chatflowEnding: "finished_then_end",
  endsAtUnsuccessfulRun: false,
  outputModeration: "after_finished",
  shortcutEnding: "closes",
  unknownConversation: "not_found",
  preRunFailure: "http",
  foreignStopAborts: false,
  humanInput: false,
  separatesReasoning: false,
  stripsStoredLinks: true,
  fileEventCarriesText: false,
  modelFailure: { easy: failure015, node: failure015 },
};

const v1121: VersionTraits = {
  ...v0153,
  streamJson: "raw",
  shape: "1.x",
  jsonContentType: "application/json; charset=utf-8",
  requestParser: "pydantic",
  didYouMean: true,
  infoHasMode: true,
  deletedStatus: 204,
  firstDialogueCount: 1,
  inputsPinned: false,
  namedByQuery: true,
  namingDelayMs: 1_000,
  foreignStopAborts: true,
  modelFailure: {
    easy: "Incorrect API key provided",
    node: "[openai_api_compatible] Incorrect model credentials provided, please check and try again.",
  },
};

const v1130: VersionTraits = {
  ...v1121,
  detachedRuns: true,
  chatflowEnding: "finished_only",
  endsAtUnsuccessfulRun: true,
  outputModeration: "before_finished",
  shortcutEnding: "idles",
  unknownConversation: "hangs",
  preRunFailure: "hangs",
  humanInput: true,
};

const v1131: VersionTraits = { ...v1130, chatflowEnding: "end_then_finished", namingDelayMs: 0 };

const v1142: VersionTraits = { ...v1131, fileEventCarriesText: true };

const v1150: VersionTraits = { ...v1142, unknownConversation: "starts_new", preRunFailure: "in_stream" };

const v1160: VersionTraits = {
  ...v1150,
  unknownConversation: "not_found",
  foreignStopAborts: false,
  separatesReasoning: true,
  stripsStoredLinks: false,
};

const v1171: VersionTraits = { ...v1160, shortcutEnding: "spurious_error" };

export const versionNames = [
  "0.15.3",
  "1.12.1",
  "1.13.0",
  "1.13.1",
  "1.14.2",
  "1.15.0",
  "1.16.0",
  "1.17.1",
] as const;

export type VersionName = (typeof versionNames)[number];

export const versions: Readonly<Record<VersionName, VersionTraits>> = {
  "0.15.3": v0153,
  "1.12.1": v1121,
  "1.13.0": v1130,
  "1.13.1": v1131,
  "1.14.2": v1142,
  "1.15.0": v1150,
  "1.16.0": v1160,
  "1.17.1": v1171,
};
