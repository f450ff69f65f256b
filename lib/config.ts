import * as v from "valibot";

const wholeNumber = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

const configSchema = v.strictObject({
  /** Names the stacks; one account can hold several. */
  stage: v.pipe(
    v.string(),
    v.regex(/^[a-z][a-z0-9-]{0,15}$/, "lower-case letters, digits and hyphens, at most 16"),
  ),
  /** Where answers are delivered: the host of the app's data centre (docs/spec/rongcloud.md, section 10). */
  rongcloudApiUrl: v.pipe(v.string(), v.url()),
  /**
   * Whether a real RongCloud is behind the bridge: then what an app's server calls and we do not serve goes on to it, and
   * so do published messages. Without a word, true where the host is one of RongCloud's.
   */
  passThrough: v.boolean(),
  botsPerApp: wholeNumber(1, 1000),
  /** For how long callbacks trust what they know of who is a bot: a new bot's first routed messages may be missed. */
  botCacheSeconds: wholeNumber(1, 60),
  /** How far a signature's time may be from ours, either side. */
  signatureWindowSeconds: wholeNumber(1, 3600),
  /** For how long a token from /user/getToken.json is good, in hours. */
  userTokenHours: wholeNumber(1, 720),
  /** How many turns of one user may begin in any minute, straight from clients: more are answered 429. */
  turnsPerMinute: wholeNumber(1, 120),
  /** How many turns of one user may run at once, straight from clients: more are answered 429. */
  turnsAtOnce: wholeNumber(1, 20),
  /** Of web pages that may read the replies to users, such as `https://www.example.com`, or `*` for any. */
  corsOrigins: v.array(
    v.pipe(
      v.string(),
      v.regex(
        /^(\*|https?:\/\/[a-z0-9.-]+(:\d{1,5})?)$/,
        "must be an origin such as https://www.example.com, or *",
      ),
    ),
  ),
  /** Who is written to when an alarm goes off. */
  alarmEmail: v.exactOptional(v.pipe(v.string("must be an address"), v.email("must be an address"))),
  /** Only true on one machine, where callback URLs lead to neighbours. */
  allowPrivateCallbacks: v.boolean(),
});

export type Config = v.InferOutput<typeof configSchema>;

/** docs/spec/rongcloud.md, section 10. */
const rongcloudHost = /(^|\.)(rong-api|(sg|sg-b|us|sau)-light-api)\.com$/;

const isRongCloud = (url: unknown): boolean =>
  typeof url === "string" && rongcloudHost.test(URL.parse(url)?.hostname ?? "");

const defaults: Omit<Config, "passThrough"> = {
  stage: "dev",
  rongcloudApiUrl: "https://api.rong-api.com",
  botsPerApp: 10,
  botCacheSeconds: 5,
  signatureWindowSeconds: 300,
  userTokenHours: 24,
  turnsPerMinute: 30,
  turnsAtOnce: 3,
  corsOrigins: [],
  allowPrivateCallbacks: false,
};

/**
 * The deployment's settings: the defaults, and what is given over them.
 * @throws Error naming every field that is wrong, the rule and what was given, before anything is synthesised.
 */
export const makeConfig = (given: Readonly<Record<string, unknown>> = {}): Config => {
  const settings = { ...defaults, ...given };
  const passThrough = isRongCloud(settings.rongcloudApiUrl);
  const parsed = v.safeParse(configSchema, { passThrough, ...settings });
  if (parsed.success) return parsed.output;
  const wrong = parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
  throw new Error(`config: ${wrong.join("; ")}`);
};
