import * as v from "valibot";
import { functionNames } from "./function-names.ts";

const wholeNumber = (least: number, most: number) =>
  v.pipe(
    v.number("must be a whole number"),
    v.integer("must be a whole number"),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );
const yesOrNo = v.boolean("must be true or false");
const matching = (pattern: RegExp, rule: string) => v.pipe(v.string(rule), v.regex(pattern, rule));

/** CloudWatch keeps logs for so many days, and for no other number. */
const logRetentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** Lambda takes 4 KB of environment for a function. */
const mostAppCharacters = 2_000;

/** Each needs its own, or the others could take all of it. */
const reservedConcurrency = v.strictObject(
  Object.fromEntries(functionNames.map((name) => [name, v.exactOptional(wholeNumber(1, 100_000))])),
  "must be an object of numbers, by the name of a function",
);

const entries = v.strictObject({
  /** Names the stacks; one account can hold several. */
  stage: matching(/^[a-z][a-z0-9-]{0,15}$/, "lower-case letters, digits and hyphens, at most 16"),
  /** Whether what is stored outlives the stacks and can be put back to any second. True where the stage is `prod`. */
  production: yesOrNo,
  /** The App Keys that the secret must hold, or no function starts. Empty: whatever it holds. */
  apps: v.pipe(
    v.array(matching(/^[\w-]{1,64}$/, "must be an App Key"), "must be an array of App Keys"),
    v.check((apps) => apps.join().length <= mostAppCharacters, "too many to check: leave it empty"),
  ),
  /** The API's own host name, and the certificate for it in ACM, in the region of the stacks. */
  domain: v.exactOptional(
    v.strictObject(
      {
        name: matching(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, "must be a host name, in lower case"),
        certificateArn: matching(
          /^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/,
          "must be the ARN of a certificate",
        ),
      },
      "must be an object of name and certificateArn",
    ),
  ),
  /** For how long logs are kept, in days. */
  logRetentionDays: v.picklist(logRetentions, `must be one of ${logRetentions.join(", ")}`),
  /** Who is written to when an alarm goes off. */
  alarmEmail: v.exactOptional(v.pipe(v.string("must be an address"), v.email("must be an address"))),
  /** Whether a web application firewall stands before the API: AWS's common rules, and a rate for each address. */
  waf: yesOrNo,

  /** Where answers are delivered: the host of the app's data centre (docs/spec/rongcloud.md, section 10). */
  rongcloudApiUrl: v.pipe(v.string("must be a URL"), v.url("must be a URL")),
  /**
   * Whether a real RongCloud is behind the bridge: then what an app's server calls and we do not serve goes on to it, and
   * so do published messages. Without a word, true where the host is one of RongCloud's.
   */
  passThrough: yesOrNo,

  botsPerApp: wholeNumber(1, 1000),
  /** How many turns from the IM run at once. */
  turnsInFlight: wholeNumber(2, 1000),
  /** How many webhooks are called at once. */
  webhooksInFlight: wholeNumber(2, 1000),
  /**
   * What of the account's concurrency is a function's own, by its name: no other can take it, and it gets no more. Empty:
   * all share what there is. A new account has too little to give any away.
   */
  reservedConcurrency,
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
    matching(
      /^(\*|https?:\/\/[a-z0-9.-]+(:\d{1,5})?)$/,
      "must be an origin such as https://www.example.com, or *",
    ),
    "must be an array of origins",
  ),
  /** Only true on one machine, where callback URLs lead to neighbours. */
  allowPrivateCallbacks: yesOrNo,
});

/** A mapping that hands out more than its function may take has the rest thrown back at it. */
const enough = (reserved: number | undefined, inFlight: number): boolean =>
  reserved === undefined || reserved >= inFlight;

export const configSchema = v.pipe(
  entries,
  v.forward(
    v.partialCheck(
      [["reservedConcurrency"], ["turnsInFlight"]],
      (given) => enough(given.reservedConcurrency["turn-worker"], given.turnsInFlight),
      "must be at least turnsInFlight",
    ),
    ["reservedConcurrency", "turn-worker"],
  ),
  v.forward(
    v.partialCheck(
      [["reservedConcurrency"], ["webhooksInFlight"]],
      (given) => enough(given.reservedConcurrency["webhook-worker"], given.webhooksInFlight),
      "must be at least webhooksInFlight",
    ),
    ["reservedConcurrency", "webhook-worker"],
  ),
);

/** A deployment's settings. */
export type Config = v.InferOutput<typeof configSchema>;
