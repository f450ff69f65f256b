import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { projectRoot } from "../../support/local-run.ts";
import { type Job, readWorkflows, type Step } from "./workflow.ts";

const workflows = readWorkflows();
const jobs = workflows.flatMap(({ name, jobs }) =>
  Object.entries(jobs).map(([id, job]): [string, Job] => [`${name} ${id}`, job]),
);
const steps = jobs.flatMap(([, job]) => job.steps);
const jobCalled = (name: string): Job => {
  const [, job] = jobs.find(([each]) => each === name) ?? [];
  if (!job) throw new Error(`no job ${name}`);
  return job;
};
const commandsOf = ({ steps }: Job): string => steps.map(({ run = "" }) => run).join("\n");
const isCredentials = ({ uses = "" }: Step): boolean =>
  uses.startsWith("aws-actions/configure-aws-credentials@");

/** An expression in GitHub's syntax. */
const expression = (text: string): string => `$\{{ ${text} }}`;

describe("GitHub", () => {
  test("checks every change, deploys, and publishes releases", () => {
    expect(jobs.map(([name]) => name)).toEqual([
      "ci.yml test",
      "ci.yml audit",
      "ci.yml synth",
      "ci.yml diff",
      "deploy.yml deploy",
      "release.yml build",
      "release.yml publish",
    ]);
  });

  test("may read the code, identify itself to AWS, and write releases, and nothing else", () => {
    for (const { permissions } of workflows) expect(permissions).toEqual({ contents: "read" });
    for (const [name, job] of jobs) {
      const forAws = job.steps.some(isCredentials) ? { contents: "read", "id-token": "write" } : undefined;
      const expected = name === "release.yml publish" ? { contents: "write" } : forAws;
      expect(job.permissions).toEqual(expected);
    }
  });

  test("runs only actions that are pinned to a commit", () => {
    for (const { uses } of steps)
      if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    for (const { text } of workflows) {
      for (const line of text.match(/^.*uses:.*$/gm) ?? []) expect(line).toMatch(/ # v\d+\.\d+\.\d+$/);
    }
  });

  test("has no AWS keys, only roles that it assumes for a limited time", () => {
    for (const { text } of workflows) {
      expect(text).not.toMatch(/secrets\.AWS|aws-access-key-id|aws-secret-access-key|aws-session-token/i);
    }
    const roles = steps.filter(isCredentials).map((step) => step.with["role-to-assume"]);
    expect(roles).toEqual(["vars.AWS_DIFF_ROLE", "vars.AWS_DEPLOY_ROLE"].map(expression));
  });

  test("gives neither packages that are being installed nor tests the AWS credentials", () => {
    for (const [, job] of jobs) {
      const at = job.steps.findIndex(isCredentials);
      const after = at < 0 ? [] : job.steps.slice(at);
      for (const { run = "" } of after) expect(run).not.toMatch(/npm (ci|install|i) |\.ci\/run|npm test/);
    }
  });

  test("leaves no token of its own behind in the checkout", () => {
    for (const step of steps.filter(({ uses = "" }) => uses.startsWith("actions/checkout@")))
      expect(step.with["persist-credentials"]).toBe(false);
  });

  test("has a timeout for every job", () => {
    for (const [, job] of jobs) expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
  });

  test("never inserts into a command what an outsider may have written", () => {
    // Expressions are inserted into the script before the shell parses it: values go through the environment.
    for (const { run = "" } of steps) expect(run).not.toContain("${{");
    for (const { on } of workflows) expect(on).not.toHaveProperty("pull_request_target");
  });

  test("runs commands that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
    for (const [, job] of jobs) {
      for (const [, script = ""] of commandsOf(job).matchAll(/npm run (?:-s )?(\S+)/g))
        expect(scripts).toHaveProperty(script);
      for (const [, command = ""] of commandsOf(job).matchAll(/npx (\S+)/g))
        expect(existsSync(join(projectRoot, "node_modules/.bin", command))).toBe(true);
      for (const [, file = ""] of commandsOf(job).matchAll(/^bash (\S+)$/gm))
        expect(existsSync(join(projectRoot, file))).toBe(true);
    }
  });
});

describe("every change", () => {
  test("passes the commands of CI, on the oldest supported Node and on the deployed one", () => {
    expect(commandsOf(jobCalled("ci.yml test"))).toBe("\n\nbash .ci/run");
    expect(jobCalled("ci.yml test").strategy).toMatchObject({ matrix: { node: ["20", "24"] } });
  });

  test("is shown with its effect on AWS, except one from a fork", () => {
    const { if: condition } = jobCalled("ci.yml diff");
    expect(condition).toContain("github.event.pull_request.head.repo.full_name == github.repository");
    expect(commandsOf(jobCalled("ci.yml diff"))).toContain("npx cdk diff --all");
  });
});

describe("a deployment", () => {
  const deploy = jobCalled("deploy.yml deploy");

  test("is tested before, is complete, and is checked at its address", () => {
    const all = commandsOf(deploy);
    const order = [
      "bash .ci/run",
      "npm run deploy -- --all --require-approval never",
      "npm run smoke -- --url",
    ];
    const places = order.map((command) => all.indexOf(command));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });

  test("uses an environment, with its protection rules and its roles", () => {
    expect(deploy.environment).toBe(expression("inputs.stage || 'dev'"));
  });

  test("never runs twice at once, and is never interrupted", () => {
    const workflow = workflows.find(({ name }) => name === "deploy.yml");
    expect(workflow?.concurrency).toMatchObject({ "cancel-in-progress": false });
  });
});

describe("a release", () => {
  test("is published from a tag, after its tests, by a job that runs no installed package", () => {
    const release = workflows.find(({ name }) => name === "release.yml");
    expect(release?.on).toEqual({ push: { tags: ["v*.*.*"] } });
    expect(commandsOf(jobCalled("release.yml build"))).toContain("bash .ci/run");
    const publish = jobCalled("release.yml publish");
    expect(publish.needs).toBe("build");
    expect(commandsOf(publish)).not.toMatch(/npm|npx|node/);
  });
});
