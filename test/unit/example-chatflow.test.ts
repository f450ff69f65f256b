import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { difyInputs } from "#adapters/dify/dify-inputs.ts";
import { projectRoot } from "../support/local-run.ts";
import { bot, messageEvent } from "../support/turns.ts";

const read = (file: string) => parse(readFileSync(`${projectRoot}/${file}`, "utf8"));

/** Keys and types without values, since Dify's import checks more than the values. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shapeOf(each)]));
};

const nodesOf = (app: { workflow: { graph: { nodes: { id: string; data: Record<string, unknown> }[] } } }) =>
  Object.fromEntries(app.workflow.graph.nodes.map(({ id, data }) => [id, data]));

describe("the example chatflow", () => {
  const example = read("examples/helpdesk-chatflow.yml");
  const imported = read("test/fixtures/dify-dsl/dsl-llm-chatflow.yml");

  test("has the shape of one that real Dify servers imported and ran", () => {
    const withoutVariables = (app: typeof example) => {
      const { start, llm, answer } = nodesOf(app);
      return shapeOf({
        ...app,
        workflow: { ...app.workflow, graph: app.workflow.graph.edges },
        llm,
        answer,
        kept: { ...start, variables: [] },
      });
    };
    expect(withoutVariables(example)).toEqual(withoutVariables(imported));
  });

  test("declares the variables that the bridge sets, and the metadata under its own names", () => {
    const sent = difyInputs(bot({ metadata: { tone: "formal", version: "1" } }), messageEvent());
    const { start } = nodesOf(example);
    const declared = start?.variables as { variable: string; type: string }[];
    expect(declared.map(({ variable }) => variable)).toEqual([
      "bot_name",
      "data_fromUserId",
      "tone",
      "version",
    ]);
    for (const { variable, type } of declared) {
      expect(sent).toHaveProperty(variable);
      expect(type).toBe("paragraph");
    }
  });

  test("remembers the conversation in its LLM node", () => {
    expect(nodesOf(example).llm).toMatchObject({ type: "llm", memory: { window: { enabled: true } } });
  });
});
