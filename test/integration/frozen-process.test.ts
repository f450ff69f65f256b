import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { closeServer, listen } from "../../local/http-server.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { run } from "../support/local-run.ts";

/** A process that asks a server, and that a test can freeze. */
const startAsker = async (listener: RequestListener) => {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response.setHeader("keep-alive", "timeout=60"));
  });
  server.keepAliveTimeout = 0;
  const sockets: Socket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  const url = await listen(server, 0);
  closeAfterEach({ close: () => closeServer(server) });
  const { process: asker } = run([process.execPath, "test/support/http-asker.ts"]);
  await once(asker, "message");
  const ask = async (path = "/"): Promise<unknown> => {
    asker.send(`${url}${path}`);
    return (await once(asker, "message"))[0];
  };
  const askAfterFreeze = async (meanwhile: () => void): Promise<unknown> => {
    asker.kill("SIGSTOP");
    await delay(1_100);
    meanwhile();
    // Both wait for the process when it goes on: what the server did, and the next request.
    const answer = ask();
    await delay(100);
    asker.kill("SIGCONT");
    return answer;
  };
  return { asker, requests, sockets, ask, askAfterFreeze };
};

test("a process that was frozen, as Lambda does, sends nothing on a connection that was closed meanwhile", async () => {
  const { requests, sockets, ask, askAfterFreeze } = await startAsker((_request, response) =>
    response.end("done"),
  );
  expect(await ask()).toBe("done");
  expect(await askAfterFreeze(() => undefined)).toBe("done");
  expect(sockets).toHaveLength(1);
  expect(await askAfterFreeze(() => sockets[0]?.destroy())).toBe("done");
  expect([sockets.length, requests.length]).toEqual([2, 3]);
}, 30_000);

test("a process that was frozen before the end of an answer uses its connection for the next", async () => {
  let answer: ServerResponse | undefined;
  const { asker, sockets, ask } = await startAsker((request, response) => {
    if (request.url !== "/first") return response.end("done");
    answer = response;
    return response.write("last event");
  });
  expect(await ask("/first")).toBe("last event");
  asker.kill("SIGSTOP");
  // Longer than a response may take to end after its reader has left.
  await delay(3_500);
  answer?.end();
  asker.kill("SIGCONT");
  await delay(300);
  expect(await ask()).toBe("done");
  expect(sockets).toHaveLength(1);
}, 30_000);
