import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { jobMetrics } from "#core/jobs/job-report.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const page = readFileSync(`${root}/docs/troubleshooting.md`, "utf8");

/** Whatever the functions log or send by name stands in their code as a string of its own. */
const namesInCode = new Set(
  globSync("functions/**/*.ts", { cwd: root }).flatMap((file) =>
    [...readFileSync(`${root}/${file}`, "utf8").matchAll(/"([a-z]+(?:_[a-z]+)+)"/g)].map(([, name]) => name),
  ),
);
const jobEvents = Object.keys(jobMetrics).map((stage) => `job_${stage}`);

test("a log event or code that the troubleshooting page names exists, so that people find it in their log", () => {
  const named = [...page.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name]) => name);
  expect(named).toContain("job_accepted");
  expect(named.filter((name) => !namesInCode.has(name) && !jobEvents.includes(name ?? ""))).toEqual([]);
});

test("the troubleshooting page says what to do after each line that a job can end with", () => {
  expect(jobEvents.filter((event) => !page.includes(`\`${event}\``))).toEqual([]);
});
