import { createParser } from "eventsource-parser";
import type { HttpResponse } from "#adapters/http/http-client.ts";
import { readText } from "#adapters/http/read-text.ts";
import { answerFormat } from "#adapters/model-api/answer-format.ts";
import { readEvents } from "#adapters/model-api/read-events.ts";
import { startTimeLimit } from "#core/shared/time-limit.ts";
import type { CallDifyPorts } from "./call-dify.ts";
import { parseDifyEvent } from "./dify-event.ts";
import type { DifyForm } from "./dify-form.ts";
import { difyUser } from "./dify-ids.ts";
import { type AskedUser, difyHeaders, difyUrl } from "./dify-request.ts";

/** Opens the events of a run from now on (docs/spec/dify.md, A9 and A10; Dify ≥1.13). `snapshot`: first what has happened so far. */
export const makeOpenRunEvents =
  ({ sendHttp, timeouts }: Pick<CallDifyPorts, "sendHttp" | "timeouts">) =>
  (
    { integration, user }: AskedUser,
    runId: string,
    { signal, snapshot = false }: { readonly signal: AbortSignal; readonly snapshot?: boolean },
  ): Promise<HttpResponse> =>
    sendHttp({
      method: "GET",
      url: difyUrl(integration, `workflow/${encodeURIComponent(runId)}/events`, {
        user: difyUser(user),
        ...(snapshot && { include_state_snapshot: "true" }),
      }),
      headers: { ...difyHeaders(integration), accept: "text/event-stream" },
      body: "",
      connectMs: timeouts.connectMs,
      headMs: timeouts.refusalMs,
      signal,
    });

/** Of the snapshot of a run: nodes without their inputs and outputs. */
const maxSnapshotBytes = 4 * 1024 * 1024;

/** The data of each event of a complete stream. */
const dataOf = (text: string): readonly string[] => {
  const all: string[] = [];
  // The blank line after the last event may be missing.
  createParser({ onEvent: ({ data }) => all.push(data) }).feed(`${text}\n\n`);
  return all;
};

/** Reads the forms that a paused run waits for; none if Dify does not say. The snapshot of a paused run ends at once. */
export const makeReadOpenForms = (ports: CallDifyPorts) => {
  const openRunEvents = makeOpenRunEvents(ports);
  return async (asked: AskedUser, runId: string, signal: AbortSignal): Promise<readonly DifyForm[]> => {
    const limit = startTimeLimit(ports.clock, ports.timeouts.refusalMs, signal);
    try {
      const { status, body } = await openRunEvents(asked, runId, { signal: limit.signal, snapshot: true });
      const text = status === 200 ? await readText(body, maxSnapshotBytes) : "";
      return dataOf(text).flatMap((data) => {
        const event = parseDifyEvent(data);
        return event?.event === "human_input_required" && event.data ? event.data : [];
      });
    } catch {
      return [];
    } finally {
      limit.end();
    }
  };
};

export type WaitForRun = (asked: AskedUser, runId: string, ms: number, signal: AbortSignal) => Promise<void>;

/**
 * Waits until the events of a run show that it has ended or waits for a person, at most `ms` milliseconds. Its state must be
 * looked up all the same: events may be missing, and their text is incomplete. Never rejects.
 */
export const makeWaitForRun = (ports: CallDifyPorts): WaitForRun => {
  const { clock } = ports;
  const openRunEvents = makeOpenRunEvents(ports);

  const isOver = async (
    asked: AskedUser,
    runId: string,
    ms: number,
    ended: AbortController,
  ): Promise<boolean> => {
    const response = await openRunEvents(asked, runId, { signal: ended.signal }).catch(() => undefined);
    if (response?.status !== 200 || answerFormat(response) !== "events") return false;
    let over = false;
    await readEvents(response.body, {
      clock,
      deadline: clock.now() + ms,
      ended,
      listener: () => {},
      take: (data) => {
        const event = parseDifyEvent(data)?.event;
        over ||= event === "workflow_finished" || event === "workflow_paused";
        return [];
      },
      isFinished: () => over,
      quietEndsAt: () => Number.POSITIVE_INFINITY,
    });
    return over;
  };

  return async (asked, runId, ms, signal) => {
    const over = new AbortController();
    const ended = new AbortController();
    void isOver(asked, runId, ms, ended).then((isOverNow) => {
      if (isOverNow) over.abort();
    });
    await clock.sleep(ms, AbortSignal.any([signal, over.signal]));
    ended.abort();
  };
};
