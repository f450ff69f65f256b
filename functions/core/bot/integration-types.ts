/** Integrations with a Dify app, by app type. */
export const difyTypes = [
  "dify_chat",
  "dify_completion",
  "dify_chatflow",
  "dify_agent",
  "dify_workflow",
] as const;

/** Integrations with a model: the bridge calls its API and delivers the answer. */
export const modelTypes = [...difyTypes, "openai"] as const;

/** In the order in which a bot's integrations are listed and called. */
export const integrationTypes = ["webhook", ...modelTypes] as const;

export type DifyType = (typeof difyTypes)[number];
export type ModelType = (typeof modelTypes)[number];
export type IntegrationType = (typeof integrationTypes)[number];

/** The API that a model type calls. Types with the same API and options share one schema. */
export interface ModelApi {
  /** The first part of its schemas' names in the OpenAPI document, such as `DifyIntegration`. */
  readonly name: string;
  /** The description of its integrations in the OpenAPI document. */
  readonly description: string;
  /**
   * Paths that the bridge appends to the base URL and that callers may include by mistake. If one path is a suffix of
   * another, the longer one comes first.
   */
  readonly endpoints: readonly string[];
}

/** The endpoints of Dify's service API (api/controllers/service_api/app), without the ids in their paths. */
const dify: ModelApi = {
  name: "Dify",
  description: "Answers users through a Dify app.",
  endpoints: [
    "chat-messages",
    "completion-messages",
    "workflows/run",
    "workflows/tasks",
    "workflows/logs",
    "messages",
    "conversations",
    "files/upload",
    "audio-to-text",
    "text-to-audio",
    "parameters",
    "info",
    "meta",
    "site",
    "app/feedbacks",
    "apps/annotations",
    "apps/annotation-reply",
    "form/human_input",
  ],
};

const openai: ModelApi = {
  name: "OpenAi",
  description: "Answers users through an OpenAI-compatible API of chat completions.",
  endpoints: ["chat/completions", "completions", "responses", "models", "embeddings"],
};

export const modelApis: Readonly<Record<ModelType, ModelApi>> = {
  dify_chat: dify,
  dify_completion: dify,
  dify_chatflow: dify,
  dify_agent: dify,
  dify_workflow: dify,
  openai,
};
