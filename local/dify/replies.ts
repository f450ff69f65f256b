import { frame, jsonReply, notFound, type Reply } from "./http.ts";
import { asObject, defined } from "./json.ts";
import type { Profile } from "./profile.ts";
import { findRecording, rechunk } from "./recordings.ts";
import type { Outcome, Run } from "./run.ts";
import type { Simulation } from "./simulation.ts";
import type { App } from "./store.ts";
import type { AppMode } from "./versions.ts";

/** Streams the run's events. */
export const streamReply = (run: Run): Reply => ({
  status: 200,
  type: "text/event-stream; charset=utf-8",
  body: (response) => {
    if (run.isDetached) response.write(frame(undefined));
    const stopListening = run.listen({
      send: (event) => void response.write(frame(event)),
      end: (how) => void (how === "cut" ? response.destroy() : response.end()),
    });
    response.once("close", stopListening);
  },
});

const wholeType = "application/json; charset=utf-8";

/** A blocking response has the content of a stream's last events. */
export const wholeReply = (mode: AppMode, { kind, text, events }: Outcome): Reply => {
  if (kind === "cut") return { status: 200, type: wholeType, body: (response) => void response.destroy() };
  const last = (...names: readonly string[]) => events.findLast(({ event }) => names.includes(String(event)));
  const run = last("workflow_finished", "workflow_paused");
  if (mode === "workflow") {
    const data = defined(asObject(run?.data), "created_by", "exceptions_count", "files");
    const { task_id = "", workflow_run_id = "" } = run ?? {};
    return jsonReply(200, { task_id, workflow_run_id, data }, wholeType);
  }
  if (kind === "failed") {
    const failed = `Run failed: ${asObject(run?.data).error}`;
    const { code = "invalid_param", status = 400, message = failed } = last("error") ?? {};
    return jsonReply(Number(status), { code, message, status });
  }
  const end = defined(last("message_end", "workflow_paused") ?? {}, "files");
  const event = kind === "paused" ? "workflow_paused" : "message";
  const id = end.message_id ?? "";
  return jsonReply(200, { metadata: {}, ...end, event, id, mode, answer: text }, wholeType);
};

const replayKey = /^app-replay-(?<version>\d[\d.]*)-(?<name>[\w-]+)$/;

/** The recording named by the app's key, split at random places; undefined for other keys. */
export const replayReply = (
  { clock, closing, ...defaults }: Pick<Simulation, "clock" | "paceMs" | "closing">,
  { key, profile }: App,
): Reply | undefined => {
  const { version, name } = replayKey.exec(key)?.groups ?? {};
  if (version === undefined) return undefined;
  const recording = findRecording(`${version}/${name}`);
  if (recording === undefined) throw notFound(`There is no recording ${version}/${name}.`);
  const { status, contentType: type, body } = recording;
  const { paceMs = defaults.paceMs } = profile;
  return {
    status,
    type,
    body: async (response) => {
      for (const chunk of rechunk(body)) {
        response.write(chunk);
        await clock.sleep(paceMs, closing);
      }
      response.end();
    },
  };
};

export const httpError = ({ behaviour }: Profile): Reply | undefined => {
  if (behaviour?.kind !== "http_error") return undefined;
  const { status, code, message = "Something is wrong." } = behaviour;
  return code === undefined
    ? { status, type: "text/html", body: `<html><body><h1>${status}</h1>${message}</body></html>\n` }
    : jsonReply(status, { code, message, status });
};
