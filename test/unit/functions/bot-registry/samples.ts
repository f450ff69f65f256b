export type Fields = Readonly<Record<string, unknown>>;

/** What an app sends; a field given as undefined is left out. */
export const webhook = (given: Fields = {}): Fields => ({
  type: "webhook",
  callbackUrl: "https://yourserver.com/callback",
  ...given,
});

export const dify = (given: Fields = {}): Fields => ({
  type: "dify_chat",
  callbackUrl: "https://api.dify.ai/v1",
  auth: { apiKey: "app-1234567890abcdef" },
  ...given,
});

export const bot = (given: Fields = {}): Fields => ({
  userId: "bot-helpdesk",
  name: "Helpdesk",
  type: "faq",
  profileUrl: "https://example.com/bot.png",
  integrations: [],
  ...given,
});

/** What an integration has where the app leaves it out. */
export const filledIn: Fields = {
  enabled: true,
  objectNames: [],
  events: [],
  stream: true,
  handleResponse: true,
  options: {},
};

export const difyTypes = ["dify_chat", "dify_completion", "dify_chatflow", "dify_agent", "dify_workflow"];
export const oneOfTheTypes = `must be one of webhook, ${difyTypes.join(", ")}`;

export const urlOf = (length: number): string => "https://example.com/".padEnd(length, "x");
export const pairsOf = (count: number): Fields =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, "v"]));
