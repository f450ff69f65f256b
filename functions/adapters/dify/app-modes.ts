import type { DifyType } from "#core/bot/integration-types.ts";
import { chatTypes } from "./dify-request.ts";

/** For each mode of an app, the integration types that can call it (docs/spec/dify.md, base URL and app modes). */
const typesByMode: ReadonlyMap<string, readonly DifyType[]> = new Map([
  ...["chat", "agent-chat", "agent", "advanced-chat"].map((mode) => [mode, chatTypes] as const),
  ["completion", ["dify_completion"]],
  ["workflow", ["dify_workflow"]],
]);

/** The integration types that can call an app of this mode; undefined for an unknown mode. */
export const typesOfMode = (mode: string): readonly DifyType[] | undefined => typesByMode.get(mode);
