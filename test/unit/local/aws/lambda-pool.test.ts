import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { HostAliases } from "../../../../local/aws/lambda/host-aliases.ts";
import type { Outcome } from "../../../../local/aws/lambda/outcome.ts";
import { type Pool, type PoolOptions, startPool } from "../../../../local/aws/lambda/pool.ts";
import { startHttpServer } from "../../../../local/http-server.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { textLog, until } from "./text-log.ts";

const pools: Pool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.stop()));
});

const moduleOf = (source: string): string => {
  const file = join(temporaryFolder(), "index.mjs");
  writeFileSync(file, source);
  return pathToFileURL(file).href;
};

const poolOf = (source: string, options: Partial<PoolOptions> & { hostAliases?: HostAliases } = {}): Pool => {
  const { hostAliases = {}, ...rest } = options;
  const pool = startPool({
    name: "Worker",
    arn: "arn:aws:lambda:us-east-1:000000000000:function:Worker",
    timeoutSeconds: 5,
    memoryMb: 256,
    data: { moduleUrl: moduleOf(source), exportName: "handler", hostAliases },
    environment: {},
    log: textLog().log,
    minimum: 1,
    maximum: 10,
    perThread: 1,
    ...rest,
  });
  pools.push(pool);
  return pool;
};

const answerOf = (outcome: Outcome) => (outcome.kind === "value" ? JSON.parse(outcome.payload) : outcome);

const threadOf = `
  import { threadId } from "node:worker_threads";
  import { setTimeout } from "node:timers/promises";
  let served = 0;
`;

describe("a pool", () => {
  test("spreads requests over two threads that share nothing", async () => {
    const pool = poolOf(
      `${threadOf}
      export const handler = async () => {
        globalThis.seen = (globalThis.seen ?? 0) + 1;
        served += 1;
        return { threadId, seen: globalThis.seen, served };
      };`,
      { minimum: 2 },
    );
    await until(async () => {
      const [left, right] = [answerOf(await pool.invoke({})), answerOf(await pool.invoke({}))];
      return left.threadId !== right.threadId;
    });
    const answers = [];
    for (let index = 0; index < 6; index++) answers.push(answerOf(await pool.invoke({})));
    const threads = [...new Set(answers.map(({ threadId }) => threadId))];
    expect(threads).toHaveLength(2);
    for (const thread of threads) {
      const counts = answers.filter(({ threadId }) => threadId === thread);
      expect(counts).toHaveLength(3);
      expect(counts.every(({ seen, served }) => seen === served)).toBe(true);
    }
  });

  test("grows to its maximum and lets the rest wait", async () => {
    const pool = poolOf(
      `${threadOf} export const handler = async () => { await setTimeout(150); return threadId; };`,
      { maximum: 3 },
    );
    const threads = await Promise.all(Array.from({ length: 7 }, async () => answerOf(await pool.invoke({}))));
    expect(new Set(threads).size).toBe(3);
  });

  test("gives the handler its event, context and own environment, and nothing of this process's", async () => {
    const pool = poolOf(
      `export const handler = async (event, context) => ({
        event, environment: { ...process.env }, context,
        remaining: context.getRemainingTimeInMillis(),
      });`,
      { environment: { TABLE: "bots" } },
    );
    const answer = answerOf(await pool.invoke({ a: 1 }));
    expect(answer).toMatchObject({
      event: { a: 1 },
      environment: { TABLE: "bots" },
      context: {
        functionName: "Worker",
        invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:Worker",
        memoryLimitInMB: "256",
        awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect(answer.environment.PATH).toBeUndefined();
    expect(answer.remaining).toBeGreaterThan(4000);
    expect(answer.remaining).toBeLessThanOrEqual(5000);
  });

  test("defines awslambda and routes aliased hosts before the handler is loaded", async () => {
    const server = closeAfterEach(
      await startHttpServer(0, async ({ headers }, response) => {
        response.end(headers.host);
      }),
    );
    const pool = poolOf(
      `import https from "node:https";
      const { promise, resolve } = Promise.withResolvers();
      https.request(new URL("https://bots.example/"), {}, (response) => response.on("data", resolve)).end();
      const found = [typeof awslambda.streamifyResponse, String(await promise)];
      export const handler = async () => found;`,
      { hostAliases: { "bots.example": server.url } },
    );
    expect(answerOf(await pool.invoke({}))).toEqual(["function", "bots.example"]);
  });

  test("does not start with a handler that cannot be loaded", async () => {
    const pool = poolOf(`throw new Error("BOTS_TABLE is missing");`);
    await expect(pool.warm()).rejects.toThrow("Worker failed to start: BOTS_TABLE is missing");
    expect(await pool.invoke({})).toMatchObject({
      kind: "error",
      error: { errorMessage: "BOTS_TABLE is missing" },
    });
  });

  test("forwards whole lines of a handler's output", async () => {
    const { log, lines } = textLog();
    const pool = poolOf(
      `${threadOf} export const handler = async ({ name }) => {
        process.stdout.write(name + " be"); await setTimeout(20); process.stdout.write("gun\\n");
        console.error(name + " failed");
      };`,
      { log },
    );
    await Promise.all([pool.invoke({ name: "a" }), pool.invoke({ name: "b" })]);
    const written = () => lines().filter((line) => /^[ab]/.test(line));
    await until(() => written().length === 4);
    expect(written().sort()).toEqual(["a begun", "a failed", "b begun", "b failed"]);
  });
});

describe("a failing handler", () => {
  test("is an error result and keeps its thread", async () => {
    const pool = poolOf(
      `${threadOf} export const handler = async (fails) => {
        if (fails) throw new TypeError("broken");
        return threadId;
      };`,
      { maximum: 1 },
    );
    const before = answerOf(await pool.invoke(false));
    expect(await pool.invoke(true)).toMatchObject({
      kind: "error",
      error: { errorType: "TypeError", errorMessage: "broken" },
    });
    expect(answerOf(await pool.invoke(false))).toBe(before);
  });

  test.each([
    ["ends its process", `process.exit(3)`, "Runtime.ExitError"],
    [
      "throws outside of its promise",
      `globalThis.setTimeout(() => { throw new RangeError("late") })`,
      "RangeError",
    ],
    ["leaves a rejection unhandled", `Promise.reject(new RangeError("alone"))`, "RangeError"],
  ])("that %s fails its invocation and is replaced", async (_name, crash, errorType) => {
    const { log, lines } = textLog();
    const pool = poolOf(
      `${threadOf} export const handler = async (crash) => {
        if (!crash) return threadId;
        ${crash};
        await setTimeout(1000);
      };`,
      { maximum: 1, log },
    );
    const before = answerOf(await pool.invoke(false));
    expect(await pool.invoke(true)).toMatchObject({ kind: "error", error: { errorType } });
    expect(answerOf(await pool.invoke(false))).not.toBe(before);
    expect(lines().map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: "ERROR", function: "Worker", errorType }),
    ]);
  });

  test("that exceeds its timeout is ended and replaced, even one that never yields", async () => {
    const pool = poolOf(
      `${threadOf} export const handler = async (forever) => { while (forever); return threadId; };`,
      { maximum: 1, timeoutSeconds: 0.2 },
    );
    const before = answerOf(await pool.invoke(false));
    expect(await pool.invoke(true)).toMatchObject({
      kind: "error",
      error: {
        errorType: "Sandbox.Timedout",
        errorMessage: expect.stringMatching(/timed out after 0.20 seconds$/),
      },
    });
    expect(answerOf(await pool.invoke(false))).not.toBe(before);
  });
});

describe("a streaming handler", () => {
  const streaming = (body: string) => `${threadOf}
    export const handler = awslambda.streamifyResponse(async (event, stream) => { ${body} });`;

  const bytesOf = async (pool: Pool, event: unknown = {}) => {
    const outcome = await pool.invoke(event);
    if (outcome.kind !== "stream") throw new Error(`no stream but ${JSON.stringify(outcome)}`);
    return outcome.bytes;
  };

  test("writes its metadata with the first write, then the body", async () => {
    const pool = poolOf(
      streaming(`
        const body = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
        body.write("one "); body.write(Buffer.from("two")); body.end();
      `),
    );
    expect(await text(await bytesOf(pool))).toBe(`{"statusCode":201}${"\0".repeat(8)}one two`);
  });

  test("that writes nothing loses its metadata, as on Lambda; an empty write keeps it", async () => {
    const pool = poolOf(
      streaming(`
        const body = awslambda.HttpResponseStream.from(stream, { statusCode: 204 });
        if (event.writes) body.write("");
        body.end();
      `),
    );
    expect(await text(await bytesOf(pool, {}))).toBe("");
    expect(await text(await bytesOf(pool, { writes: true }))).toBe(`{"statusCode":204}${"\0".repeat(8)}`);
  });

  test("sends only the bytes that it writes to the other thread, not the pool of buffers that they are in", async () => {
    const pool = poolOf(streaming(`stream.write("begun"); stream.end();`));
    const [chunk] = await (await bytesOf(pool)).toArray();
    expect([String(chunk), chunk.buffer.byteLength]).toEqual(["begun", 5]);
  });

  test("waits while its stream is not read", async () => {
    const { log, lines } = textLog();
    const pool = poolOf(
      streaming(`
        const { once } = await import("node:events");
        for (let count = 1; count <= 40; count++) {
          if (!stream.write(Buffer.alloc(16384))) await once(stream, "drain");
          console.log(count);
        }
        stream.end();
      `),
      { log },
    );
    const bytes = await bytesOf(pool);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(lines().length).toBeLessThan(20);
    bytes.resume();
    await until(() => lines().length === 40);
  });

  test("that fails before its first write is an error result", async () => {
    const pool = poolOf(streaming(`throw new Error("early");`));
    expect(await pool.invoke({})).toMatchObject({ kind: "error", error: { errorMessage: "early" } });
  });

  test("that fails later breaks the stream", async () => {
    const pool = poolOf(streaming(`stream.write("begun"); await setTimeout(50); throw new Error("late");`));
    await expect(text(await bytesOf(pool))).rejects.toThrow("late");
  });

  test("that writes after it failed does not write into the next stream", async () => {
    const pool = poolOf(
      streaming(`
        if (event.fails) {
          setTimeout(20).then(() => { stream.write("late"); stream.end(); });
          throw new Error("early");
        }
        await setTimeout(60);
        stream.end("fresh");
      `),
      { maximum: 1 },
    );
    expect((await pool.invoke({ fails: true })).kind).toBe("error");
    expect(await text(await bytesOf(pool))).toBe("fresh");
  });

  test("that never ends its stream times out", async () => {
    const pool = poolOf(streaming(`stream.write("begun");`), { timeoutSeconds: 0.2 });
    await expect(text(await bytesOf(pool))).rejects.toThrow("timed out");
  });
});

test("a pool that is told to crash ends the busy thread, and no other", async () => {
  const pool = poolOf(
    `${threadOf} export const handler = async (ms) => { await setTimeout(ms); return threadId; };`,
    { minimum: 2 },
  );
  expect(pool.crash()).toBe(0);
  const before = answerOf(await pool.invoke(0));
  const running = pool.invoke(5_000);
  const other = answerOf(await pool.invoke(0));
  expect(pool.crash()).toBe(1);
  expect(await running).toMatchObject({ kind: "error", error: { errorType: "Runtime.ExitError" } });
  const after = [answerOf(await pool.invoke(0)), answerOf(await pool.invoke(0))];
  expect(after).toContain(other);
  if (before !== other) expect(after).not.toContain(before);
});

test("a stopped pool fails pending and new calls", async () => {
  const pool = poolOf(`${threadOf} export const handler = async () => { await setTimeout(5000); };`, {
    maximum: 1,
  });
  await pool.warm();
  const running = [pool.invoke({}), pool.invoke({})];
  await pool.stop();
  for (const outcome of await Promise.all([...running, pool.invoke({})])) expect(outcome.kind).toBe("error");
});
