import * as v from "valibot";

/** Files of settings name what they leave empty. */
const unlessEmpty = <T extends v.GenericSchema>(schema: T) =>
  v.optional(
    v.union([
      v.pipe(
        v.literal(""),
        v.transform(() => undefined),
      ),
      schema,
    ]),
  );

const webUrl = v.pipe(
  v.string(),
  v.check((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ""), "must be an http or https URL"),
);
const text = (fallback: string) => v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty")), fallback);

const portNumber = v.pipe(
  v.string(),
  v.regex(/^\d+$/, "must be a port, 0 for any"),
  v.transform(Number),
  v.maxValue(65535, "must be at most 65535"),
);

const settings = v.pipe(
  v.object({
    PORT: v.optional(portNumber, "3000"),
    /** Of the console, a web page. */
    CONSOLE_PORT: v.optional(portNumber, "0"),
    APP_KEY: text("local-app-key"),
    APP_SECRET: text("local-app-secret"),
    /** Where answers are delivered, in the place of the IM simulator. */
    RONGCLOUD_API_URL: unlessEmpty(webUrl),
    DYNAMODB_ENDPOINT: unlessEmpty(webUrl),
    SQS_ENDPOINT: unlessEmpty(webUrl),
    ALLOW_PRIVATE_CALLBACKS: v.optional(v.picklist(["0", "1"], "must be 0 or 1"), "1"),
    /** Whether that is a real RongCloud, which takes what the bridge does not serve; empty: told by its host. */
    PASS_THROUGH: unlessEmpty(v.picklist(["0", "1"], "must be 0 or 1")),
    /** Where tables and queues are kept; empty: in memory. */
    DATA_DIR: v.optional(v.string(), ""),
    /** A real Dify for the demo bot. */
    DIFY_API_URL: unlessEmpty(webUrl),
    DIFY_API_KEY: unlessEmpty(v.string()),
    /** An OpenAI-compatible API for a second demo bot. */
    OPENAI_API_URL: unlessEmpty(webUrl),
    OPENAI_API_KEY: unlessEmpty(v.string()),
    /** Empty: the first model that the API lists. */
    OPENAI_MODEL: unlessEmpty(v.string()),
  }),
  v.check(
    (given) => (given.DIFY_API_URL === undefined) === (given.DIFY_API_KEY === undefined),
    "DIFY_API_URL and DIFY_API_KEY go together: give both or neither",
  ),
  v.check(
    (given) => (given.OPENAI_API_URL === undefined) === (given.OPENAI_API_KEY === undefined),
    "OPENAI_API_URL and OPENAI_API_KEY go together: give both or neither",
  ),
  v.transform((given) => ({
    port: given.PORT,
    consolePort: given.CONSOLE_PORT,
    appKey: given.APP_KEY,
    appSecret: given.APP_SECRET,
    rongcloudApiUrl: given.RONGCLOUD_API_URL,
    dynamodbEndpoint: given.DYNAMODB_ENDPOINT,
    sqsEndpoint: given.SQS_ENDPOINT,
    allowPrivateCallbacks: given.ALLOW_PRIVATE_CALLBACKS === "1",
    passThrough: given.PASS_THROUGH === undefined ? undefined : given.PASS_THROUGH === "1",
    dataDir: given.DATA_DIR === "" ? undefined : given.DATA_DIR,
    realDify:
      given.DIFY_API_URL !== undefined && given.DIFY_API_KEY !== undefined
        ? { apiUrl: given.DIFY_API_URL, apiKey: given.DIFY_API_KEY }
        : undefined,
    openai:
      given.OPENAI_API_URL !== undefined && given.OPENAI_API_KEY !== undefined
        ? { apiUrl: given.OPENAI_API_URL, apiKey: given.OPENAI_API_KEY, model: given.OPENAI_MODEL }
        : undefined,
  })),
);

export type Settings = v.InferOutput<typeof settings>;

/** A wrong setting; its message is the one line that a person needs. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** What the environment asks of a local run. @throws SettingsError naming the variable and the rule. */
export const readSettings = (environment: NodeJS.ProcessEnv = process.env): Settings => {
  const parsed = v.safeParse(settings, environment);
  if (parsed.success) return parsed.output;
  const wrong = parsed.issues.map((issue) => {
    const name = v.getDotPath(issue);
    return name === null ? issue.message : `${name} ${issue.message}`;
  });
  throw new SettingsError(wrong.join("; "));
};
