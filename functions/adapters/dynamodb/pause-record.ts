import * as v from "valibot";
import type { InputForm } from "#core/answer/pause.ts";
import { fileKinds } from "#core/message/question-file.ts";
import type { ConversationPause } from "#core/turn/conversation-pause.ts";

const name = v.string();

const formField = v.variant("type", [
  v.object({ type: v.literal("text"), name, default: v.string() }),
  v.object({ type: v.literal("choice"), name, choices: v.array(v.string()) }),
  v.object({ type: v.literal("file"), name }),
  v.object({ type: v.literal("files"), name, maxFiles: v.number() }),
]);

/** A form as it is stored. */
export const formRecord: v.GenericSchema<unknown, InputForm> = v.object({
  id: v.string(),
  text: v.string(),
  fields: v.array(formField),
  actions: v.array(v.object({ id: v.string(), title: v.string() })),
  expiresAt: v.exactOptional(v.number()),
});

const kind = v.picklist(fileKinds);
const file = v.union([v.object({ kind, url: v.string() }), v.object({ kind, uploadId: v.string() })]);

/** An answer that waits for human input, as it is stored. */
export const pauseRecord: v.GenericSchema<unknown, ConversationPause> = v.object({
  id: v.string(),
  turnIds: v.array(v.string()),
  openedAt: v.number(),
  pause: v.object({
    reference: v.exactOptional(v.string()),
    form: v.exactOptional(formRecord),
    notice: v.exactOptional(v.string()),
    expiresAt: v.exactOptional(v.number()),
  }),
  values: v.record(v.string(), v.union([v.string(), file, v.array(file)])),
  closedAt: v.exactOptional(v.number()),
  isOver: v.exactOptional(v.literal(true)),
});
