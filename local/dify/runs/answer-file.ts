import type { JsonObject } from "../json.ts";
import type { Turn } from "./turn.ts";

/** A path below Dify's host, as a Dify without FILES_URL writes it. */
export const answerFileUrl = (turn: Turn): string =>
  `/files/tools/${turn.taskId}.png?timestamp=${turn.createdAt}&nonce=0123456789abcdef&sign=stand-in`;

export const answerFile = (turn: Turn): JsonObject => ({
  dify_model_identity: "__dify__file__",
  id: null,
  type: "image",
  transfer_method: "tool_file",
  remote_url: answerFileUrl(turn),
  related_id: turn.taskId,
  filename: "picture.png",
  extension: ".png",
  mime_type: "image/png",
  size: 68,
  url: answerFileUrl(turn),
});
