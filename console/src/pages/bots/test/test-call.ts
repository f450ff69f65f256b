import type * as v from "valibot";
import { testReply } from "../../../../../functions/integration-test/test-reply.ts";
import { callApi } from "../../../api.ts";

export type TestReply = v.InferOutput<typeof testReply>;
export type DeclaredInput = NonNullable<TestReply["inputs"]>[number];

/** A stored integration; or a draft, with the bot whose stored key it keeps, and the metadata that would fill inputs. */
export type TestRequest =
  | { readonly userId: string; readonly type: string }
  | { readonly userId?: string; readonly integration: object; readonly metadata?: unknown };

export const testIntegration = (request: TestRequest, signal: AbortSignal): Promise<TestReply> =>
  callApi("/v3/bot/integration/test.json", request, testReply, signal);
