import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { type App, type IPolicyValidationPlugin, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, type NagPack, ServerlessChecks } from "cdk-nag";
import { Node } from "constructs";
import { addStacks, openApp } from "../../lib/app.ts";
import { checkAtSynth } from "../../lib/check-at-synth.ts";
import { type GivenSettings, makeConfig } from "../../lib/config.ts";
import { consoleSettings } from "../support/console-settings.ts";
import { templatesOnly } from "../support/synthesised.ts";

const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b-2c";
const deployments: [string, GivenSettings][] = [
  ["for trying things", { stage: "dev" }],
  [
    "for production, with every option enabled",
    {
      stage: "prod",
      waf: true,
      domain: { name: "bots.example.com", certificateArn },
      alarmEmail: "o@example.com",
      console: consoleSettings,
    },
  ],
  [
    "with many turns in one environment",
    {
      stage: "prod",
      chat: { host: "web" },
      turnWorker: { capacity: "managed", subnets: ["subnet-0a1b2c3d"], securityGroups: ["sg-0a1b2c3d"] },
    },
  ],
];

const deploymentOf = (given: GivenSettings, outdir: string, builtinCloudFormationValidation = false): App => {
  const app = openApp({ ...templatesOnly, outdir, builtinCloudFormationValidation });
  addStacks(app, makeConfig(given));
  return app;
};

interface Finding {
  readonly rule: string;
  readonly path: string;
}

/** The packs' findings, acknowledged or not: acknowledgements are in the constructs' metadata. */
const allFindings = (app: App): Finding[] => {
  const unseen = jest.spyOn(Node.prototype, "metadata", "get").mockReturnValue([]);
  const packs: NagPack[] = [new AwsSolutionsChecks(app), new ServerlessChecks(app)];
  try {
    return packs.flatMap((pack) =>
      pack
        .validateScope(app)
        .violations.flatMap(({ ruleName, violatingResources }) =>
          violatingResources.map(({ constructPath = "" }) => ({ rule: ruleName, path: constructPath })),
        ),
    );
  } finally {
    unseen.mockRestore();
  }
};

interface Acknowledgement extends Finding {
  readonly reason: string;
}

const acknowledgements = (app: App): Acknowledgement[] =>
  app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.entries<string>(data).map(([id, reason]) => ({
          rule: id.replace(/^Annotation::/, ""),
          path: node.path,
          reason,
        })),
      ),
  );

const isFor = (acknowledged: Finding, found: Finding): boolean =>
  acknowledged.rule === found.rule && `${found.path}/`.startsWith(`${acknowledged.path}/`);

describe.each(deployments)("in a deployment %s", (_what, given) => {
  test("AWS's best practices and CloudFormation's rules have no finding that is not acknowledged", () => {
    const outdir = mkdtempSync(join(tmpdir(), "bot-bridge-findings-"));
    try {
      const app = deploymentOf(given, outdir, true);
      checkAtSynth(app);
      app.synth();
      const report = JSON.parse(readFileSync(join(outdir, "validation-report.json"), "utf8"));
      expect(report.pluginReports.flatMap(({ violations }: { violations: unknown[] }) => violations)).toEqual(
        [],
      );
    } finally {
      rmSync(outdir, { recursive: true });
    }
  }, 60_000);

  test("every acknowledgement has a finding and a reason", () => {
    const outdir = mkdtempSync(join(tmpdir(), "bot-bridge-findings-"));
    try {
      const app = deploymentOf(given, outdir);
      const found = allFindings(app);
      const acknowledged = acknowledgements(app);
      expect(acknowledged.length).toBeGreaterThan(10);
      expect(found.filter((each) => !acknowledged.some((one) => isFor(one, each)))).toEqual([]);
      expect(acknowledged.filter((one) => !found.some((each) => isFor(one, each)))).toEqual([]);
      expect(acknowledged.filter(({ reason }) => reason.length < 40)).toEqual([]);
    } finally {
      rmSync(outdir, { recursive: true });
    }
  }, 60_000);
});

test("synthesis fails on an unacknowledged finding", () => {
  const outdir = mkdtempSync(join(tmpdir(), "bot-bridge-findings-"));
  const faulty: IPolicyValidationPlugin = {
    name: "Faulty",
    validate: () => ({
      success: false,
      violations: [
        { ruleName: "Any", description: "any", violatingResources: [{ constructPath: "x", locations: [] }] },
      ],
    }),
  };
  try {
    const app = deploymentOf({ stage: "dev" }, outdir);
    Validations.of(app).addPlugins(faulty);
    expect(() => app.synth()).toThrow("ERROR any (Faulty)");
  } finally {
    rmSync(outdir, { recursive: true });
  }
}, 60_000);
