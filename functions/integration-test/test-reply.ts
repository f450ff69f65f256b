import * as v from "valibot";
import { checkNames, type IntegrationReport, inputFaults } from "#core/bot/integration-report.ts";

/** What a test of an integration found. */
export const testReply = v.object({
  ok: v.boolean(),
  checks: v.array(v.object({ name: v.picklist(checkNames), ok: v.boolean(), detail: v.string() })),
  app: v.exactOptional(v.object({ name: v.string(), mode: v.nullable(v.string()), description: v.string() })),
  inputs: v.exactOptional(
    v.array(
      v.object({
        name: v.string(),
        label: v.string(),
        type: v.string(),
        required: v.boolean(),
        maxLength: v.nullable(v.number()),
        options: v.array(v.string()),
        filledBy: v.nullable(v.string()),
        fault: v.nullable(v.picklist(inputFaults)),
      }),
    ),
  ),
});

type TestReply = v.InferOutput<typeof testReply>;

export const toTestReply = ({ checks, app, inputs }: IntegrationReport): TestReply => ({
  ok: checks.every(({ ok }) => ok),
  checks: [...checks],
  ...(app && { app }),
  ...(inputs && { inputs: inputs.map((input) => ({ ...input, options: [...input.options] })) }),
});
