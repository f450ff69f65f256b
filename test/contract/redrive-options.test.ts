import { describe, expect, test } from "@jest/globals";
import type { Job } from "#core/jobs/job.ts";
import { readOptions } from "../../scripts/redrive/options.ts";
import { webhookJob } from "./redrive.ts";

describe("the target of npm run redrive", () => {
  test.each<[string[], object]>([
    [[], { stage: undefined, port: "3000" }],
    [["--url", "http://127.0.0.1:3001"], { stage: undefined, port: "3001" }],
    [["--url", "http://localhost:3001/"], { stage: undefined, port: "3001" }],
    [["--url=http://[::1]"], { stage: undefined, port: "80" }],
    [["--stage", "dev"], { stage: "dev" }],
  ])("%j", (args, options) => {
    expect(readOptions(args)).toMatchObject({ ...options, isWanted: undefined });
  });
});

describe("the dead letters that it redrives", () => {
  const jobs: Record<string, Job | undefined> = {
    hook: webhookJob("m-1", "u7", { botUserId: "bot-001" }),
    chat: { ...webhookJob("m-1", "u7", { botUserId: "bot-001" }), integrationType: "dify_chat" },
    other: webhookJob("m-2", "u7", { botUserId: "-bot" }),
    unreadable: undefined,
  };

  test.each<[string[], string[]]>([
    [["--all"], ["hook", "chat", "other", "unreadable"]],
    [
      ["--bot", "bot-001"],
      ["hook", "chat"],
    ],
    [["--bot=-bot"], ["other"]],
    [["--bot", "bot-0"], []],
    [["--integration", "dify_chat"], ["chat"]],
    [
      ["--message", "m-1"],
      ["hook", "chat"],
    ],
    [["--message", "m-1", "--integration", "webhook", "--stage", "dev"], ["hook"]],
    [["--bot", "bot-001", "--message", "m-2"], []],
  ])("%j: %j", (args, names) => {
    const { isWanted } = readOptions(args);
    expect(Object.keys(jobs).filter((name) => isWanted?.(jobs[name]))).toEqual(names);
  });
});

describe("a wrong option is one clear line:", () => {
  test.each<[string[], string]>([
    [["--everything"], "Unknown option '--everything'. Usage:"],
    [["bot-001"], "Unexpected argument 'bot-001'. Usage:"],
    [["--bot"], "Option '--bot <value>' argument missing. Usage:"],
    [["--bot", "--all"], "Option '--bot' argument is ambiguous. Usage:"],
    [["--all=yes"], "Option '--all' does not take an argument. Usage:"],
    [["--stage", ""], "--stage must not be empty. Usage:"],
    [
      ["--stage", "dev", "--url", "http://127.0.0.1:3000"],
      "--stage and --url are mutually exclusive. Usage:",
    ],
    [["--url", "127.0.0.1:3000"], "--url must be the URL of a local run on this machine"],
    [["--url", "http://10.0.0.7:3000"], "--url must be the URL of a local run on this machine"],
    [["--integration", "dify"], "--integration must be one of webhook, dify_chat, dify_completion,"],
    [["--all", "--bot", "bot-001"], "--all cannot be combined with --bot"],
  ])("%j", (args, line) => {
    expect(() => readOptions(args)).toThrow(line);
    expect(() => readOptions(args)).not.toThrow("\n");
  });
});
