import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { Outcome } from "../../../../local/aws/lambda/outcome.ts";
import { type Pool, type PoolOptions, startPool } from "../../../../local/aws/lambda/pool.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { textLog, until } from "./text-log.ts";

const atOnce = 64;

const pools: Pool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.stop()));
});

const poolOf = (body: string, options: Partial<PoolOptions> = {}): Pool => {
  const file = join(temporaryFolder(), "index.mjs");
  writeFileSync(
    file,
    `import { threadId } from "node:worker_threads";
    import { setTimeout } from "node:timers/promises";
    let running = 0;
    let highest = 0;
    const begin = () => { running += 1; highest = Math.max(highest, running); };
    ${body}`,
  );
  const pool = startPool({
    name: "Worker",
    arn: "arn:aws:lambda:us-east-1:000000000000:function:Worker",
    timeoutSeconds: 20,
    memoryMb: 256,
    data: { moduleUrl: pathToFileURL(file).href, exportName: "handler", hostAliases: {} },
    environment: {},
    log: textLog().log,
    minimum: 1,
    maximum: 4,
    perThread: atOnce,
    ...options,
  });
  pools.push(pool);
  return pool;
};

const answerOf = (outcome: Outcome) => (outcome.kind === "value" ? JSON.parse(outcome.payload) : outcome);
const answersOf = (pool: Pool, events: readonly unknown[]) =>
  Promise.all(events.map(async (event) => answerOf(await pool.invoke(event))));
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

const slow = `export const handler = async (ms) => { await setTimeout(ms); return threadId; };`;

describe("a thread that runs many invocations at the same time", () => {
  test("gives each its own event, request id and remaining time", async () => {
    const pool = poolOf(`export const handler = async (event, context) => {
      begin();
      await setTimeout(500 - event);
      return { event, threadId, id: context.awsRequestId, left: context.getRemainingTimeInMillis(), highest };
    };`);
    const answers = await answersOf(pool, numbers(atOnce));
    expect(answers.map(({ event }) => event)).toEqual(numbers(atOnce));
    expect(new Set(answers.map(({ threadId }) => threadId)).size).toBe(1);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(atOnce);
    expect(Math.max(...answers.map(({ highest }) => highest))).toBe(atOnce);
    const late = answerOf(await pool.invoke(499));
    expect(late.left).toBeGreaterThan(19_000);
  });

  test("is joined by another only when it is full", async () => {
    const pool = poolOf(slow, { perThread: 3, maximum: 2 });
    const first = new Set(await answersOf(pool, [100, 100, 100]));
    expect(first.size).toBe(1);
    const longerThanTheTest = 19_000;
    const filling = numbers(3).map(() => pool.invoke(longerThanTheTest));
    const [second] = await answersOf(pool, [0]);
    expect(first).not.toContain(second);
    await pool.stop();
    await Promise.all(filling);
  });

  test("keeps streams apart, and waits for each reader alone", async () => {
    const pool = poolOf(`export const handler = awslambda.streamifyResponse(async (event, stream) => {
      for (let n = 0; n < 5; n += 1) { stream.write(\`\${event}.\${n} \`); await setTimeout(5); }
      stream.end();
    });`);
    const outcomes = await Promise.all(numbers(atOnce).map((event) => pool.invoke(event)));
    // The first has no reader until all others have ended.
    const [first, ...others] = outcomes.map((outcome) => {
      if (outcome.kind !== "stream") throw new Error(`no stream but ${JSON.stringify(outcome)}`);
      return outcome.bytes;
    });
    const textOf = (event: number) =>
      numbers(5)
        .map((n) => `${event}.${n} `)
        .join("");
    const texts = await Promise.all(others.map((bytes) => text(bytes)));
    expect(texts).toEqual(numbers(atOnce).slice(1).map(textOf));
    expect(first && (await text(first))).toBe(textOf(0));
  });

  test("keeps one that fails from the others", async () => {
    const pool = poolOf(`export const handler = async (event) => {
      await setTimeout(20);
      if (event % 2 === 1) throw new RangeError(\`\${event} failed\`);
      return event;
    };`);
    const outcomes = await Promise.all(numbers(atOnce).map((event) => pool.invoke(event)));
    for (const [event, outcome] of outcomes.entries())
      expect(outcome).toMatchObject(
        event % 2 === 1 ? { error: { errorMessage: `${event} failed` } } : { payload: String(event) },
      );
  });

  test("lets the others finish when one times out, and gets no further events", async () => {
    const pool = poolOf(slow, { timeoutSeconds: 1 });
    const thread = answerOf(await pool.invoke(0));
    const endless = pool.invoke(60_000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const other = pool.invoke(800);
    expect(await endless).toMatchObject({ error: { errorType: "Sandbox.Timedout" } });
    const next = answerOf(await pool.invoke(0));
    expect(next).not.toBe(thread);
    expect(answerOf(await other)).toBe(thread);
  });

  test("that dies fails all of its invocations, each of which is reported", async () => {
    const { log, lines } = textLog();
    const pool = poolOf(slow, { log });
    const running = numbers(atOnce).map(() => pool.invoke(10_000));
    await pool.warm();
    await until(() => pool.crash() === 1);
    for (const outcome of await Promise.all(running))
      expect(outcome).toMatchObject({ error: { errorType: "Runtime.ExitError" } });
    expect(lines()).toHaveLength(atOnce);
  });
});

describe("threads", () => {
  test("start with the first event, and end when they have been idle", async () => {
    const { log, lines } = textLog();
    const pool = poolOf(`console.log("loaded"); ${slow}`, { log, idleMs: 300 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(lines()).toEqual([]);
    const first = answerOf(await pool.invoke(0));
    // Longer than it may be idle.
    expect(answerOf(await pool.invoke(600))).toBe(first);
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(answerOf(await pool.invoke(0))).not.toBe(first);
    expect(lines()).toEqual(["loaded", "loaded"]);
  });
});
