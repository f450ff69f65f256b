import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { json as readJson } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { listen } from "../../local/http-server.ts";
import { answerScript } from "./script.ts";

/** A bot may have joined several questions, or written something around one. The first script counts. */
const scriptOf = v.pipe(
  v.string(),
  v.transform((text) => /\{[^{}]*\}/.exec(text)?.[0] ?? text),
  v.parseJson(),
  answerScript,
);
const question = v.object({
  query: v.string(),
  user: v.string(),
  conversation_id: v.nullish(v.string()),
});
export type Question = v.InferOutput<typeof question>;

/** An error of Dify's API. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export interface DifyListener {
  readonly onQuestion?: (question: Question) => Refusal | undefined;
  readonly onFirstText: (user: string) => void;
  readonly onEnd: (user: string) => void;
}

/** A minimal server for a chatflow of Dify 1.12, with the event fields of the recordings. */
export const startDify = ({ onQuestion, onFirstText, onEnd }: DifyListener): Promise<string> => {
  const answer = async (body: unknown, response: ServerResponse): Promise<void> => {
    const asked = v.parse(question, body);
    const refusal = onQuestion?.(asked);
    if (refusal) {
      response.writeHead(refusal.status, { "content-type": "application/json" }).end(JSON.stringify(refusal));
      return;
    }
    const { user } = asked;
    const query = v.parse(scriptOf, asked.query);
    const conversation_id = asked.conversation_id || randomUUID();
    const [message_id, task_id, run] = Array.from({ length: 3 }, () => randomUUID());
    const ids = { conversation_id, message_id, created_at: 1767225600, task_id };
    const frame = (event: object): string => `data: ${JSON.stringify({ ...ids, ...event })}\n\n`;
    const data = { id: run, workflow_id: run, inputs: { "sys.user_id": user }, created_at: 1767225600 };
    const message = { event: "message", id: message_id, from_variable_selector: ["llm", "text"] };
    const delta = frame({ ...message, answer: `${query.word ?? "a".repeat(query.size - 1)} ` });

    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    response.write(frame({ event: "workflow_started", workflow_run_id: run, data }));
    for (const node of ["start", "llm"]) {
      const about = { id: randomUUID(), node_id: node, node_type: node, title: node, index: 1 };
      response.write(frame({ event: "node_started", workflow_run_id: run, data: about }));
    }
    for (let count = 0; count < query.deltas; count += 1) {
      const pauseMs = count === 0 ? query.firstMs : query.paceMs;
      if (pauseMs > 0) await delay(pauseMs);
      if (count === 0) onFirstText(user);
      if (!response.write(delta)) await once(response, "drain");
    }
    const outputs = { answer: "", files: [] };
    response.write(
      frame({
        event: "workflow_finished",
        workflow_run_id: run,
        data: { ...data, status: "succeeded", outputs },
      }),
    );
    const usage = { prompt_tokens: 1, completion_tokens: query.deltas, total_tokens: query.deltas + 1 };
    onEnd(user);
    response.end(frame({ event: "message_end", id: message_id, metadata: { usage }, files: [] }));
  };
  return listen(
    createServer(async (request, response) => {
      if (request.method === "POST") return answer(await readJson(request), response);
      const body = request.url?.includes("/info") ? { name: "Bench", mode: "advanced-chat" } : {};
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    }),
    0,
  );
};
