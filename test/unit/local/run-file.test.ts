import { readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type HttpServer, startHttpServer } from "../../../local/http-server.ts";
import { findRun, type LocalRun, writeRunFile } from "../../../local/run-file.ts";

const servers: HttpServer[] = [];
const start = async (): Promise<string> => {
  const server = await startHttpServer(0, async (_request, response) => {
    response.writeHead(404).end();
  });
  servers.push(server);
  return server.url;
};

let run: LocalRun;
let port: string;
beforeEach(async () => {
  const url = await start();
  run = { url, endpoints: { dynamodb: await start(), sqs: await start() }, outputs: { TurnsTable: "Turns" } };
  port = new URL(url).port;
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** The path of the run file of this port. */
const fileOf = async (): Promise<string> => {
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith("dify-bot-bridge-"));
  for (const folder of folders) {
    const files = await readdir(join(tmpdir(), folder)).catch((): string[] => []);
    if (files.includes(`${port}.json`)) return join(tmpdir(), folder, `${port}.json`);
  }
  throw new Error("no run file");
};

describe("a local run", () => {
  test("is found by its port, until its run file is deleted", async () => {
    const forget = await writeRunFile(run);
    expect(await findRun(port)).toEqual(run);
    await forget();
    expect(await findRun(port)).toBeUndefined();
    await forget();
  });

  test("records no more than is needed, readable only by its user", async () => {
    const endpoints = { ...run.endpoints, secrets: "http://127.0.0.1:9/secrets" };
    const forget = await writeRunFile({ ...run, endpoints });
    const file = await fileOf();
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(run);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await forget();
  });

  test("that was killed is not found by the run file that it left", async () => {
    const forget = await writeRunFile(run);
    for (const server of servers.splice(0, 1)) await server.close();
    expect(await findRun(port)).toBeUndefined();
    await forget();
  });

  test("that was killed is not found if another program has its port by now", async () => {
    const forget = await writeRunFile(run);
    for (const server of servers.splice(1)) await server.close();
    expect(await findRun(port)).toBeUndefined();
    await forget();
  });

  test("replaces another run's file, wherever that leads", async () => {
    const forget = await writeRunFile({ ...run, outputs: {} });
    const file = await fileOf();
    await forget();
    const elsewhere = `${file}.elsewhere`;
    await writeFile(elsewhere, "untouched");
    await symlink(elsewhere, file);
    const forgetAgain = await writeRunFile(run);
    expect(await findRun(port)).toEqual(run);
    expect(await readFile(elsewhere, "utf8")).toBe("untouched");
    await forgetAgain();
    await rm(elsewhere);
  });

  test("is not found by an invalid run file", async () => {
    const forget = await writeRunFile(run);
    await writeFile(await fileOf(), '{"url":');
    expect(await findRun(port)).toBeUndefined();
    await forget();
  });
});
