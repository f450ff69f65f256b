import * as v from "valibot";
import { signatureUses } from "#adapters/secrets/app-secrets.ts";

// Each variable has its default, its rule and its description here and nowhere else: docs/configuration.md is generated from
// them (`npm run docs`).

/** A variable without a default. Empty counts as unset, since settings files list variables that they do not set. */
const optional = <T extends v.GenericSchema>(
  schema: T,
  documentation: { readonly whenOmitted: string; readonly description: string },
) =>
  v.optional(
    v.pipe(
      v.union([
        v.pipe(
          v.literal(""),
          v.transform(() => undefined),
        ),
        schema,
      ]),
      v.metadata(documentation),
    ),
  );

const webUrl = v.pipe(
  v.string(),
  v.check((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ""), "must be an http or https URL"),
  v.title("http or https URL"),
);
const nonEmptyString = v.pipe(v.string(), v.nonEmpty("must not be empty"));
const flag = v.picklist(["0", "1"], "must be 0 or 1");

const maxPort = 65_535;
const portNumber = v.pipe(
  v.string(),
  v.title(`port (0–${maxPort})`),
  v.regex(/^\d+$/, "must be a port, 0 for any"),
  v.transform(Number),
  v.maxValue(maxPort, `must be at most ${maxPort}`),
);

/** `optional(portNumber)` would report a wrong port as a wrong type: a union does not know which of its schemas was meant. */
const portOrEmpty = v.pipe(
  v.string(),
  v.title(`port (0–${maxPort})`),
  v.regex(/^\d*$/, "must be a port, 0 for any"),
  v.transform((given) => (given === "" ? undefined : Number(given))),
  v.check((port) => port === undefined || port <= maxPort, `must be at most ${maxPort}`),
);

/** Where the console is unless something else is there. */
export const usualConsolePort = 3001;
/** Public, so it only keeps out those who cannot reach this machine. */
export const defaultAppSecret = "local-app-secret";

export const settingsSchema = v.object({
  PORT: v.optional(
    v.pipe(portNumber, v.description("Port of the API on 127.0.0.1. 0 takes any free port.")),
    "3000",
  ),
  CONSOLE_PORT: v.optional(
    v.pipe(
      portOrEmpty,
      v.metadata({
        whenOmitted: `\`${usualConsolePort}\`, or any free port if it is taken`,
        description: "Port of the [console](console.md) on 127.0.0.1. 0 takes any free port.",
      }),
    ),
  ),
  APP_KEY: v.optional(
    v.pipe(nonEmptyString, v.description("App Key of the app whose calls the bridge accepts.")),
    "local-app-key",
  ),
  APP_SECRET: v.optional(
    v.pipe(
      nonEmptyString,
      v.description(
        "App Secret of that app. The default is public: with it, a local run answers at 127.0.0.1 and localhost only, and web pages may only call `/v1/…`.",
      ),
    ),
    defaultAppSecret,
  ),
  SIGNATURES: v.optional(
    v.pipe(
      v.picklist(signatureUses, `must be ${signatureUses.join(" or ")}`),
      v.description(
        "`reusable`: the signature of a call may be used again and again, for SDKs that sign once for all calls of a process.",
      ),
    ),
    "once",
  ),
  DIFY_API_URL: optional(webUrl, {
    whenOmitted: "the Dify simulator",
    description:
      "Base URL of a real Dify API for the demo bot `bot-demo`, such as `https://api.dify.ai/v1`. Set it together with `DIFY_API_KEY`.",
  }),
  DIFY_API_KEY: optional(v.string(), {
    whenOmitted: "none",
    description: "API key of the Dify app. Set it together with `DIFY_API_URL`.",
  }),
  OPENAI_API_URL: optional(webUrl, {
    whenOmitted: "no second bot",
    description:
      "Base URL of an OpenAI-compatible API for a second demo bot, `bot-openai`, such as `https://api.openai.com/v1`. Set it together with `OPENAI_API_KEY`.",
  }),
  OPENAI_API_KEY: optional(v.string(), {
    whenOmitted: "none",
    description: "API key of that API. Set it together with `OPENAI_API_URL`.",
  }),
  OPENAI_MODEL: optional(v.string(), {
    whenOmitted: "the first model that the API lists",
    description: "Model of `bot-openai`.",
  }),
  RONGCLOUD_API_URL: optional(webUrl, {
    whenOmitted: "the IM simulator",
    description: "Base URL of the IM's API, to which answers are delivered.",
  }),
  PASS_THROUGH: optional(flag, {
    whenOmitted: "`1` if `RONGCLOUD_API_URL` is a host of RongCloud",
    description:
      "1: that API is RongCloud's. The bridge forwards to it the API calls that it does not serve, and published messages.",
  }),
  DATA_DIR: optional(v.string(), {
    whenOmitted: "in memory",
    description: "Directory that keeps tables and queues between runs.",
  }),
  ALLOW_PRIVATE_CALLBACKS: v.optional(
    v.pipe(
      flag,
      v.description(
        "0: refuses callback URLs that are not https with a public address, as AWS deployments do.",
      ),
    ),
    "1",
  ),
  INVOCATIONS_PER_THREAD: v.optional(
    v.pipe(
      v.string(),
      v.title("integer (1–1000)"),
      v.regex(/^\d+$/, "must be an integer"),
      v.transform(Number),
      v.minValue(1, "must be at least 1"),
      v.maxValue(1000, "must be at most 1000"),
      v.description(
        "How many invocations a thread of a function runs at the same time. 1: one at a time, as Lambda does; at most 10 turns and 10 webhook calls then run concurrently.",
      ),
    ),
    "256",
  ),
  DYNAMODB_ENDPOINT: optional(webUrl, {
    whenOmitted: "embedded server",
    description: "URL of another DynamoDB server.",
  }),
  SQS_ENDPOINT: optional(webUrl, {
    whenOmitted: "embedded server",
    description: "URL of another SQS server.",
  }),
});

const settings = v.pipe(
  settingsSchema,
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
    signatures: given.SIGNATURES,
    rongcloudApiUrl: given.RONGCLOUD_API_URL,
    dynamodbEndpoint: given.DYNAMODB_ENDPOINT,
    sqsEndpoint: given.SQS_ENDPOINT,
    allowPrivateCallbacks: given.ALLOW_PRIVATE_CALLBACKS === "1",
    passThrough: given.PASS_THROUGH === undefined ? undefined : given.PASS_THROUGH === "1",
    dataDir: given.DATA_DIR,
    invocationsPerThread: given.INVOCATIONS_PER_THREAD,
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

/** An invalid setting. Its message is one line for the terminal. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** Reads the settings of a local run from environment variables. @throws SettingsError that names the variable and the rule. */
export const readSettings = (environment: NodeJS.ProcessEnv = process.env): Settings => {
  const parsed = v.safeParse(settings, environment);
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map((issue) => {
    const name = v.getDotPath(issue);
    return name === null ? issue.message : `${name} ${issue.message}`;
  });
  throw new SettingsError(faults.join("; "));
};
