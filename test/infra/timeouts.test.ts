import { beforeAll, describe, expect, test } from "@jest/globals";
import { clientDefaults } from "#adapters/aws/client-defaults.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { toJobMessage } from "#adapters/sqs/job-message.ts";
import { endingMs, maxTurnMs, maxWholeAnswerMs } from "#core/turn/turn-time.ts";
import { turnJob, webhookJob } from "../support/jobs.ts";
import { type Synthesised, synthesise } from "../support/synthesised.ts";

let deployment: Synthesised;
beforeAll(() => {
  deployment = synthesise();
}, 60_000);

const functionMs = (name: string): number => {
  const found = deployment.assembly.functions.find(({ logicalId }) => logicalId.startsWith(name));
  if (!found) throw new Error(`no function ${name}`);
  return found.timeoutSeconds * 1000;
};
/** The gateway's timeout for a function, the shortest of its routes. */
const gatewayMs = (name: string): number => {
  const routes = deployment.assembly.restApis.flatMap((api) => api.routes);
  const waits = routes.flatMap(({ integration }) =>
    integration.functionName.includes(`-${name}`) ? [integration.timeoutMs] : [],
  );
  return Math.min(...waits);
};

const apiFunctions = (): string[] =>
  Object.keys(deployment.templates.api.findResources("AWS::Lambda::Function")).map((id) =>
    id.replace(/Function[0-9A-F]{8}$/, ""),
  );

const { secondEndMs, correctionMs, ...difyWaits } = difyTimeouts;
/** API Gateway's limit for a regional API. */
const silentStreamMs = 300_000;

describe("each timeout ends before the one around it, so that the caller is told the reason:", () => {
  test.each(["ChatStream", "TurnWorker"])("Dify, then the turn, then %s", (name) => {
    const turnMs = functionMs(name) - endingMs;
    for (const waitMs of Object.values(difyWaits)) expect(waitMs).toBeLessThan(turnMs);
    expect(Math.max(secondEndMs, correctionMs)).toBeLessThan(endingMs);
    expect(turnMs).toBeLessThan(functionMs(name));
    expect(functionMs(name)).toBeLessThanOrEqual(maxTurnMs);
  });

  test("a streaming function, then the gateway at its maximum", () => {
    expect(functionMs("ChatStream")).toBeLessThanOrEqual(gatewayMs("ChatStream"));
  });

  test("an answer in one body, then the gateway's idle timeout", () => {
    expect(maxWholeAnswerMs).toBeLessThan(silentStreamMs);
  });

  test("a call to AWS with one retry, then each function that does not stream, then the gateway", () => {
    const { maxAttempts, requestHandler } = clientDefaults;
    const names = apiFunctions().filter((name) => name !== "ChatStream");
    expect(names).not.toEqual([]);
    for (const name of names) {
      const late = maxAttempts * requestHandler.requestTimeout >= functionMs(name) / 2;
      expect({ name, late, cutOff: functionMs(name) >= gatewayMs(name) }).toEqual({
        name,
        late: false,
        cutOff: false,
      });
    }
  });
});

test("every job carries the version of its format", () => {
  for (const job of [turnJob(), webhookJob()]) {
    expect(JSON.parse(toJobMessage(job).MessageBody)).toMatchObject({ version: 1 });
  }
});
