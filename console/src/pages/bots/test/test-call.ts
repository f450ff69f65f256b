import * as v from "valibot";
import { callApi } from "../../../api.ts";

const declaredInput = v.object({
  name: v.string(),
  label: v.string(),
  type: v.string(),
  required: v.boolean(),
  /** In characters; null if any length is allowed. */
  maxLength: v.nullable(v.number()),
  options: v.nullish(v.array(v.string()), []),
  /** `metadata.<key>`, `text`, or a path in the event, such as `data.fromUserId`; null: nothing fills it. */
  filledBy: v.nullable(v.string()),
  fault: v.nullable(v.string()),
});

/** What the bridge says of an integration that it tested. Names of checks and faults may be added. */
const testReply = v.object({
  ok: v.boolean(),
  checks: v.array(v.object({ name: v.string(), ok: v.boolean(), detail: v.string() })),
  app: v.optional(
    v.object({ name: v.string(), mode: v.nullish(v.string()), description: v.nullish(v.string(), "") }),
  ),
  inputs: v.optional(v.array(declaredInput)),
});

export type DeclaredInput = v.InferOutput<typeof declaredInput>;
export type TestReply = v.InferOutput<typeof testReply>;

/** A stored integration; or a draft, with the bot whose stored key it keeps, and the metadata that would fill inputs. */
export type TestRequest =
  | { readonly userId: string; readonly type: string }
  | { readonly userId?: string; readonly integration: object; readonly metadata?: unknown };

export const testIntegration = (request: TestRequest, signal: AbortSignal): Promise<TestReply> =>
  callApi("/v3/bot/integration/test.json", request, testReply, signal);
