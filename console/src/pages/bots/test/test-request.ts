import {
  type BotDraft,
  botRequest,
  type IntegrationDraft,
  integrationRequest,
  isSameValue,
} from "../form/bot-draft.ts";
import type { TestRequest } from "./test-call.ts";

interface Tested {
  readonly integration: IntegrationDraft;
  readonly draft: BotDraft;
  readonly initial: BotDraft;
  readonly isNew: boolean;
}

/** What is tested: what is stored, or what is in the form if it differs. */
export const testRequest = ({ integration, draft, initial, isNew }: Tested): TestRequest => {
  const { userId, metadata } = botRequest(draft);
  const sent = integrationRequest(integration);
  if (isNew) return { integration: sent, metadata };
  const stored = initial.integrations.find(({ type }) => type === integration.type);
  const isStored =
    stored !== undefined &&
    isSameValue(sent, integrationRequest(stored)) &&
    isSameValue(metadata, botRequest(initial).metadata);
  return isStored
    ? { userId: String(userId), type: integration.type }
    : { userId: String(userId), integration: sent, metadata };
};
