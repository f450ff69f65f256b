import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "@jest/globals";
import * as v from "valibot";
import { functionNames } from "../../lib/function-names.ts";
import { permissionsByRole } from "../../local/aws/template/permissions.ts";
import { resourcesOf } from "../../local/aws/template/resources.ts";
import { consoleSettings } from "../support/console-settings.ts";
import { projectRoot } from "../support/local-run.ts";
import { type Synthesised, synthesise } from "../support/synthesised.ts";

const statement = v.object({
  Effect: v.string(),
  Action: v.union([v.string(), v.array(v.string())]),
  Resource: v.union([v.string(), v.array(v.string())]),
  Condition: v.optional(v.unknown()),
});
const policySchema = v.object({ PolicyDocument: v.object({ Statement: v.array(statement) }) });
const roleSchema = v.object({
  Description: v.optional(v.string(), ""),
  ManagedPolicyArns: v.optional(v.array(v.string()), []),
  Policies: v.optional(v.array(v.unknown()), []),
});

/** `action` on `resource`, of that function. */
interface Permission {
  readonly holder: string;
  readonly action: string;
  readonly resource: string;
}

const functionOf = (description: string): string | undefined =>
  /^Bot Bridge: execution role of (\S+)$/.exec(description)?.[1];

/**
 * The names that docs/security.md gives resources, by the part of the ARN that is the same in every
 * deployment.
 */
const names: readonly (readonly [RegExp, string | ((holder: string) => string)])[] = [
  [/^\*$/, "*"],
  [/:table\/\S*-BotsBCA2D619$/, "bots"],
  [/:table\/\S*-ConversationsBC91B70D$/, "conversations"],
  [/:table\/\S*-TurnsF7D960B6$/, "turns"],
  [/:table\/\S*-GuardsAE6419AB$/, "guards"],
  [/:table\/\S*-TurnsF7D960B6\/index\/turnsOfApp$/, "index turnsOfApp of turns"],
  [/:secret:bot-bridge-test-apps-/, "apps' secret"],
  [/:sqs:\S*-TurnsJobs\w+\.fifo$/, "turns.fifo"],
  [/:sqs:\S*-TurnsDead\w+\.fifo$/, "dead letters of turns.fifo"],
  [/:sqs:\S*-TurnStarts\w+$/, "starts of turns"],
  [/:sqs:\S*-TurnRestarts\w+$/, "restarts of turns"],
  [/:sqs:\S*-WebhooksJobs\w+\.fifo$/, "webhooks.fifo"],
  [/:sqs:\S*-WebhooksDead\w+\.fifo$/, "dead letters of webhooks.fifo"],
  [/:logs:\S*-(\w+?)Logs[0-9A-F]{8}$/, "its log"],
];

const nameOf = (arn: string, holder: string): string => {
  const found = names.find(([pattern]) => pattern.test(arn));
  if (!found) throw new Error(`${holder}: no name for ${arn}`);
  const log = /-(\w+?)Logs[0-9A-F]{8}$/.exec(arn)?.[1];
  const isItsOwn = log === undefined || log.toLowerCase() === holder.replaceAll("-", "");
  return `${isItsOwn ? "" : "another's: "}${found[1]}`;
};

let deployment: Synthesised;
beforeAll(() => {
  deployment = synthesise({ console: consoleSettings });
}, 60_000);

const rolesOfFunctions = () =>
  resourcesOf(deployment.stacks, "AWS::IAM::Role", roleSchema).flatMap(({ name, properties }) => {
    const holder = functionOf(properties.Description);
    return holder === undefined ? [] : [{ ...properties, name, holder }];
  });

const granted = (): Permission[] => {
  const holders = new Map(rolesOfFunctions().map(({ name, holder }) => [name, holder]));
  return [...permissionsByRole(deployment.stacks)].flatMap(([role, permissions]) => {
    const holder = holders.get(role);
    if (holder === undefined) return [];
    return permissions.map(({ action, resource }) => ({
      holder,
      action,
      resource: nameOf(resource, holder),
    }));
  });
};

/** The rows of the table in docs/security.md: function, actions, resource, reason. */
const documented = (): Permission[] => {
  const text = readFileSync(`${projectRoot}/docs/security.md`, "utf8");
  const section = text.split("## What each function may do")[1]?.split("\n## ")[0] ?? "";
  return section.split("\n").flatMap((line) => {
    const [, holder = "", actions = "", resource = "", why = ""] = line.split("|").map((cell) => cell.trim());
    if (!actions.startsWith("`")) return [];
    expect(why).not.toBe("");
    const holders = holder === "each" ? [...functionNames] : holder.split(", ");
    return holders.flatMap((each) =>
      [...actions.matchAll(/`([^`]+)`/g)].map(([, action = ""]) => ({ holder: each, action, resource })),
    );
  });
};

const lines = (permissions: readonly Permission[], holder: string): string[] =>
  permissions
    .filter((each) => each.holder === holder)
    .map(({ action, resource }) => `${action} on ${resource}`)
    .sort();

test("docs/security.md names only functions that exist", () => {
  const names: readonly string[] = functionNames;
  expect(documented().filter(({ holder }) => !names.includes(holder))).toEqual([]);
});

test("docs/data-model.md says who uses tables, with every function that may", () => {
  const page = readFileSync(`${projectRoot}/docs/data-model.md`, "utf8");
  const documentedUsers = [...page.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = ""]) => cell.split(", "));
  const users = granted().flatMap(({ holder, action }) => (action.startsWith("dynamodb:") ? [holder] : []));
  expect(users.filter((name) => !documentedUsers.includes(name))).toEqual([]);
});

describe.each(functionNames)("%s", (name) => {
  test("has exactly the permissions in docs/security.md", () => {
    expect(lines(granted(), name)).not.toEqual([]);
    expect(lines(granted(), name)).toEqual(lines(documented(), name));
  });

  test("has a role of its own, with only its own policy", () => {
    const roles = rolesOfFunctions().filter(({ holder }) => holder === name);
    expect(roles).toHaveLength(1);
    expect(roles[0]).toMatchObject({ ManagedPolicyArns: [], Policies: [] });
    const runAs = deployment.templates;
    const functions = [runAs.api, runAs.messaging].flatMap((template) =>
      Object.values(template.findResources("AWS::Lambda::Function")),
    );
    const used = functions.map(({ Properties }) => Properties.Role["Fn::GetAtt"][0]);
    expect(used.filter((role) => roles[0]?.name.endsWith(`-${role}`))).toHaveLength(1);
  });
});

test("no role of the deployment has a wildcard action, or a wildcard resource unless AWS supports nothing else", () => {
  const onEverything = new Set<string>();
  for (const { properties } of resourcesOf(deployment.stacks, "AWS::IAM::Policy", policySchema)) {
    for (const { Effect, Action, Resource, Condition } of properties.PolicyDocument.Statement) {
      // The local run reads no others (local/aws/template/permissions.ts).
      expect({ Effect, Condition }).toEqual({ Effect: "Allow" });
      for (const action of [Action].flat()) {
        expect(action).not.toContain("*");
        if ([Resource].flat().some((arn) => arn.includes("*"))) onEverything.add(action);
      }
    }
  }
  expect([...onEverything].sort()).toEqual(["xray:PutTelemetryRecords", "xray:PutTraceSegments"]);
});

test("the key of tables and secret can be used only through DynamoDB and Secrets Manager, by principals of the account", () => {
  const [{ Properties } = { Properties: {} }] = Object.values(
    deployment.templates.data.findResources("AWS::KMS::Key"),
  );
  expect(Properties.EnableKeyRotation).toBe(true);
  const statements: { Sid: string; Action: string | string[]; Condition?: object }[] =
    Properties.KeyPolicy.Statement;
  expect(statements.map(({ Sid }) => Sid)).toEqual(["Administer", "UseThroughServices", "GrantToServices"]);
  for (const { Sid, Action, Condition } of statements) {
    const actions = [Action].flat();
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    if (Sid === "Administer") {
      expect(actions.filter((action) => /crypt|DataKey|CreateGrant/.test(action))).toEqual([]);
    } else {
      const text = JSON.stringify(Condition);
      expect(text).toContain('"kms:CallerAccount":{"Ref":"AWS::AccountId"}');
      expect(text).toContain('"kms:ViaService"');
    }
  }
});

test("every table and the secret are encrypted with that key", () => {
  const key = { "Fn::GetAtt": [expect.stringMatching(/^Key/), "Arn"] };
  const tables = Object.values(deployment.templates.data.findResources("AWS::DynamoDB::GlobalTable"));
  expect(tables).toHaveLength(4);
  for (const { Properties } of tables) {
    expect(Properties.SSESpecification).toEqual({ SSEEnabled: true, SSEType: "KMS" });
    expect(Properties.Replicas).toMatchObject([{ SSESpecification: { KMSMasterKeyId: key } }]);
  }
  const [secret] = Object.values(deployment.templates.data.findResources("AWS::SecretsManager::Secret"));
  expect(secret?.Properties.KmsKeyId).toEqual(key);
});
