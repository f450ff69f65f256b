import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { json as readJson } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { listen } from "../../local/http-server.ts";
import { answerScript } from "./script.ts";

const question = v.object({ query: v.pipe(v.string(), v.parseJson(), answerScript), user: v.string() });

export interface DifyListener {
  readonly onFirstText: (user: string) => void;
  readonly onEnd: (user: string) => void;
}

/** A minimal server for a chatflow of Dify 1.12, with the event fields of the recordings. */
export const startDify = ({ onFirstText, onEnd }: DifyListener): Promise<string> => {
  const answer = async (body: unknown, response: ServerResponse): Promise<void> => {
    const { query, user } = v.parse(question, body);
    const [conversation_id, message_id, task_id, run] = Array.from({ length: 4 }, () => randomUUID());
    const ids = { conversation_id, message_id, created_at: 1767225600, task_id };
    const frame = (event: object): string => `data: ${JSON.stringify({ ...ids, ...event })}\n\n`;
    const data = { id: run, workflow_id: run, inputs: { "sys.user_id": user }, created_at: 1767225600 };
    const message = { event: "message", id: message_id, from_variable_selector: ["llm", "text"] };
    const delta = frame({ ...message, answer: `${"a".repeat(query.size - 1)} ` });

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
