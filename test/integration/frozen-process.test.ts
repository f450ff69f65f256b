import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { closeServer, listen } from "../../local/http-server.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { run } from "../support/local-run.ts";

test("a process that was frozen, as Lambda does, sends nothing on a connection that was closed meanwhile", async () => {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.setHeader("keep-alive", "timeout=60").end("done");
  });
  server.keepAliveTimeout = 0;
  const sockets: Socket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  const url = await listen(server, 0);
  closeAfterEach({ close: () => closeServer(server) });
  const { process: asker } = run([process.execPath, "test/support/http-asker.ts"]);
  await once(asker, "message");
  const ask = async (): Promise<unknown> => {
    asker.send(url);
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

  expect(await ask()).toBe("done");
  expect(await askAfterFreeze(() => undefined)).toBe("done");
  expect(sockets).toHaveLength(1);
  expect(await askAfterFreeze(() => sockets[0]?.destroy())).toBe("done");
  expect([sockets.length, requests.length]).toEqual([2, 3]);
}, 30_000);
