import { beforeEach, describe, expect, test } from "@jest/globals";
import { type AppServerSimulator, startAppServerSimulator } from "../../../../local/app-server/server.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { app, post, signed } from "./send-webhook.ts";

let server: AppServerSimulator;
beforeEach(async () => {
  server = closeAfterEach(await startAppServerSimulator({ appKey: app.appKey, appSecret: app.secret }));
});

const call = (path = "/callback"): Promise<Response> => post(signed(`${server.url}${path}`, Date.now()));
const statuses = async (...paths: string[]): Promise<number[]> => {
  const found: number[] = [];
  for (const path of paths) found.push((await call(path)).status);
  return found;
};
const put = (behaviour: unknown): Promise<Response> =>
  fetch(`${server.url}/_simulator/behaviour`, { method: "PUT", body: JSON.stringify(behaviour) });

describe("the app server simulator can be told", () => {
  test("to fail a number of times, and then recover", async () => {
    expect((await put({ status: 503, times: 2 })).status).toBe(200);
    expect(await statuses("/callback", "/callback", "/callback")).toEqual([503, 503, 200]);
    expect(server.received().map(({ status }) => status)).toEqual([503, 503, 200]);
  });

  test("to misbehave on one path, with precedence over the rule for every path", async () => {
    await put({ status: 500 });
    await put({ path: "/callback", status: 404 });
    await put({ path: "/well" });
    expect(await statuses("/callback", "/other", "/well")).toEqual([404, 500, 200]);
  });

  test("to do something else, and to behave again", async () => {
    await put({ status: 500 });
    await put({ status: 410 });
    expect(await statuses("/callback")).toEqual([410]);
    await fetch(`${server.url}/_simulator/behaviour`, { method: "DELETE" });
    expect(await statuses("/callback")).toEqual([200]);
  });

  test("to ask for a pause", async () => {
    await put({ status: 429, headers: { "Retry-After": "7" } });
    const response = await call();
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "7"]);
  });

  test("to redirect", async () => {
    await put({ redirect: "https://example.com/elsewhere" });
    const response = await call();
    expect([response.status, response.headers.get("location")]).toEqual([
      307,
      "https://example.com/elsewhere",
    ]);
  });

  test("to answer with a huge body", async () => {
    const body = "x".repeat(5_000_000);
    await put({ body });
    const response = await call();
    expect([response.status, (await response.text()).length]).toEqual([200, body.length]);
  });

  test("to be slow", async () => {
    await put({ delayMs: 150 });
    const before = performance.now();
    expect((await call()).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThanOrEqual(149);
  });

  test("to break the connection", async () => {
    await put({ reset: true });
    await expect(call()).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    expect(server.received()).toMatchObject([{ status: undefined }]);
  });

  test("never to answer", async () => {
    await put({ hang: true });
    const { url, headers, body } = signed(`${server.url}/callback`, Date.now());
    const signal = AbortSignal.timeout(100);
    await expect(fetch(url, { method: "POST", headers, body, signal })).rejects.toThrow("timeout");
    expect(server.received()).toMatchObject([{ status: undefined }]);
  });

  test("never to end its answer", async () => {
    await put({ hang: true, body: "so" });
    const response = await call();
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value).toEqual(new TextEncoder().encode("so"));
    const more = reader?.read();
    await server.close();
    await expect(more).rejects.toThrow();
  });

  test.each([
    [{ delay: 5 }, "delay"],
    [{ status: 99 }, "status"],
    [{ path: "callback" }, "path"],
  ])("nothing that it does not understand: %j", async (behaviour, field) => {
    const response = await put(behaviour);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(field);
    expect(await statuses("/callback")).toEqual([200]);
  });

  test("to close in the middle of a delay", async () => {
    await put({ delayMs: 600_000 });
    const pending = call();
    while (server.received().length === 0) await new Promise(setImmediate);
    await server.close();
    await expect(pending).rejects.toThrow();
  });
});
