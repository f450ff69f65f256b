import { bearerToken, type Exchange } from "../http/exchange.ts";
import type { HttpReply } from "../http/http-reply.ts";
import { refusal } from "../http/refusal.ts";
import { rechunk } from "./rechunk.ts";

const runPaths: readonly string[] = ["/v1/chat-messages", "/v1/completion-messages", "/v1/workflows/run"];

/** The recording that the app replays, for a run or for the very path it was recorded from; else undefined. */
export const replayRecording = async (exchange: Exchange): Promise<HttpReply | undefined> => {
  const { standIn, method, url } = exchange;
  const app = standIn.apps.byKey(bearerToken(exchange.headers) ?? "");
  if (app === undefined || app.profile.reply.kind !== "replay") return undefined;
  const { reply, paceMs } = app.profile;
  const recording = await standIn.recordings.find(reply.recording);
  if (recording === undefined) {
    throw refusal(404, "not_found", `The stand-in has no recording ${reply.recording}.`);
  }
  const isRun = method === "POST" && runPaths.includes(url.pathname);
  const isRecorded = method === recording.method && `${url.pathname}${url.search}` === recording.path;
  if (!isRun && !isRecorded) return undefined;
  return {
    kind: "chunks",
    status: recording.status,
    contentType: recording.contentType,
    chunks: rechunk(recording.body, standIn.random),
    pauseMs: paceMs ?? standIn.timing.paceMs,
  };
};
