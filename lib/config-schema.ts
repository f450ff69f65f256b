import * as v from "valibot";
import {
  type Bounds,
  defaultAccountConcurrency,
  defaultBounds,
  defaultReservations,
  minAccountConcurrency,
  minRoom,
  minUnreserved,
  type ReservedConcurrency,
  totalBounded,
  totalReserved,
} from "./capacity.ts";
import { functionNames } from "./function-names.ts";

// Each setting has its default, its rule and its description here and nowhere else: docs/configuration.md is generated
// from them (`npm run docs`). A default that depends on another setting is described by `whenOmitted`.

const integerBetween = (min: number, max: number) =>
  v.pipe(
    v.number("must be an integer"),
    v.integer("must be an integer"),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  );
const boolean = v.boolean("must be true or false");

/** A string of a given form. `title` names the form in the documentation. */
const matching = (pattern: RegExp, title: string, message: string) =>
  v.pipe(v.string(message), v.regex(pattern, message), v.title(title));

/** The retention periods that CloudWatch Logs accepts, in days. */
const logRetentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** The list is passed to functions as an environment variable; Lambda allows 4 KB for all variables of a function. */
const maxAppCharacters = 2_000;

const concurrencyByFunction = v.strictObject(
  Object.fromEntries(functionNames.map((name) => [name, v.exactOptional(integerBetween(1, 100_000))])),
  "must be an object of numbers, by the name of a function",
);

const hostName = matching(
  /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
  "host name in lower case",
  "must be a host name, in lower case",
);
const certificateArn = matching(
  /^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/,
  "ARN of a certificate",
  "must be the ARN of a certificate",
);

/** An id of EC2, such as `subnet-0a1b2c3d`. */
const ec2Id = (prefix: string, what: string) =>
  matching(
    new RegExp(`^${prefix}-[0-9a-f]{8,17}$`),
    `id of a ${what} (\`${prefix}-…\`)`,
    `must be the id of a ${what}, such as ${prefix}-0a1b2c3d`,
  );

const turnWorker = v.strictObject(
  {
    capacity: v.exactOptional(
      v.picklist(["on-demand", "managed"], "must be on-demand or managed"),
      "on-demand",
    ),
    subnets: v.exactOptional(
      v.pipe(
        v.array(ec2Id("subnet", "subnet"), "must be an array of ids"),
        v.maxLength(16, "must be at most 16"),
      ),
      [],
    ),
    securityGroups: v.exactOptional(
      v.pipe(
        v.array(ec2Id("sg", "security group"), "must be an array of ids"),
        v.maxLength(5, "must be at most 5"),
      ),
      [],
    ),
    turnsPerEnvironment: v.exactOptional(integerBetween(1, 64), 64),
  },
  "must be an object of capacity, subnets, securityGroups and turnsPerEnvironment",
);

const chat = v.strictObject(
  {
    host: v.exactOptional(v.picklist(["function", "web"], "must be function or web"), "function"),
    requestsPerEnvironment: v.exactOptional(integerBetween(1, 128), 64),
  },
  "must be an object of host and requestsPerEnvironment",
);

/** Passed to the console's function as environment variables, like the list of apps. */
const maxListCharacters = 1_000;

const listOf = <T extends v.GenericSchema<string>>(item: T, what: string) =>
  v.pipe(
    v.array(item, `must be an array of ${what}`),
    v.check(
      (values) => values.join().length <= maxListCharacters,
      `must be at most ${maxListCharacters} characters together`,
    ),
  );

/** A value in a list that is joined with commas. */
const withoutCommas = (title: string, maxCharacters: number) =>
  matching(
    new RegExp(`^[^,\\x00-\\x1f]{1,${maxCharacters}}$`),
    title,
    `must be 1–${maxCharacters} characters without commas`,
  );

const console = v.strictObject(
  {
    issuer: matching(
      /^https?:\/\/[^\s?#]+$/,
      "issuer URL of an OpenID Connect provider",
      "must be the issuer URL of an OpenID Connect provider",
    ),
    clientId: matching(/^[\x21-\x7e]{1,256}$/, "client id", "must be a client id"),
    allowedEmails: v.exactOptional(
      listOf(
        v.pipe(v.string("must be an email address"), v.email("must be an email address")),
        "email addresses",
      ),
      [],
    ),
    allowedGroups: v.exactOptional(listOf(withoutCommas("name of a group", 128), "groups"), []),
    groupsClaim: v.exactOptional(withoutCommas("name of a claim", 128), "groups"),
    scopes: v.exactOptional(
      listOf(matching(/^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/, "scope", "must be a scope"), "scopes"),
      ["openid", "email", "profile"],
    ),
    sessionHours: v.exactOptional(integerBetween(1, 12), 8),
  },
  "must be an object of issuer, clientId and who may sign in",
);

export const defaultStage = "dev";

/** In percent. */
const defaultBotShare = 50;

const settings = v.strictObject({
  stage: v.exactOptional(
    v.pipe(
      matching(
        /^[a-z][a-z0-9-]{0,15}$/,
        "1–16 lower-case letters, digits and hyphens, starting with a letter",
        "must be at most 16 lower-case letters, digits and hyphens, starting with a letter",
      ),
      v.description(
        "Name of the stage, and part of the names of its stacks. Choose it with `-c stage=…`; one account can have several stages.",
      ),
    ),
    defaultStage,
  ),
  account: v.exactOptional(
    v.pipe(
      matching(/^\d{12}$/, "12 digits", "must be an AWS account id, a string of 12 digits"),
      v.metadata({
        whenOmitted: "account of the credentials",
        description: "AWS account of the stage. A deployment with credentials of another account fails.",
      }),
    ),
  ),
  region: v.exactOptional(
    v.pipe(
      matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "AWS region", "must be an AWS region, such as eu-central-1"),
      v.metadata({
        whenOmitted: "region of the credentials",
        description: "AWS region of the stage, whatever the region of the credentials.",
      }),
    ),
  ),
  production: v.exactOptional(
    v.pipe(
      boolean,
      v.metadata({
        whenOmitted: "`true` if `stage` is `prod`",
        description:
          "Keeps tables, queues, the encryption key, the secret and logs when their stacks are deleted. Turns on termination protection of the stacks that hold data or the API's address, point-in-time recovery of tables, and gradual deployments with rollback on errors.",
      }),
    ),
  ),
  apps: v.exactOptional(
    v.pipe(
      v.array(
        matching(/^[\w-]{1,64}$/, "App Key (1–64 characters)", "must be an App Key"),
        "must be an array of App Keys",
      ),
      v.check(
        (apps) => apps.join().length <= maxAppCharacters,
        `must be at most ${maxAppCharacters} characters together: leave it empty`,
      ),
      v.description(
        "App Keys that the secret must contain; if one is missing, functions refuse to start. Empty: not checked.",
      ),
    ),
    [],
  ),
  domain: v.exactOptional(
    v.pipe(
      v.strictObject({ name: hostName, certificateArn }, "must be an object of name and certificateArn"),
      v.metadata({
        whenOmitted: "address of API Gateway",
        description:
          "Host name of the API, and its ACM certificate in the account and region of the stacks. Accepts TLS 1.2 and later. Point a CNAME record at the stack output `DomainTarget`.",
      }),
    ),
  ),
  defaultEndpoint: v.exactOptional(
    v.pipe(
      boolean,
      v.description(
        "Whether the API also has the address that API Gateway gives it. With `domain`, set it to `false` once the domain resolves and RongCloud and all clients use it ([your own domain](deploy.md#use-your-own-domain)).",
      ),
    ),
    true,
  ),
  apiGatewayLogRole: v.exactOptional(
    v.pipe(
      boolean,
      v.description(
        "Whether the stacks set the role with which API Gateway writes access logs. There is one per account and region: set it to `false` if something else manages it.",
      ),
    ),
    true,
  ),
  logRetentionDays: v.exactOptional(
    v.pipe(
      v.picklist(logRetentions, `must be one of ${logRetentions.join(", ")}`),
      v.description("Retention of logs, in days."),
    ),
    30,
  ),
  alarmEmail: v.exactOptional(
    v.pipe(
      v.string("must be an email address"),
      v.email("must be an email address"),
      v.metadata({ whenOmitted: "no emails", description: "Email address that alarms notify." }),
    ),
  ),
  waf: v.exactOptional(
    v.pipe(
      boolean,
      v.description(
        "Puts a web application firewall (AWS WAF) in front of the API: AWS's common rules and known bad inputs, and a rate limit per client address on the paths that users call.",
      ),
    ),
    false,
  ),

  rongcloudApiUrl: v.exactOptional(
    v.pipe(
      v.string("must be a URL"),
      v.url("must be a URL"),
      v.description(
        "API of the IM, to which answers are delivered: the host of your RongCloud data centre ([hosts](spec/rongcloud.md#10-hosts)).",
      ),
    ),
    "https://api.rong-api.com",
  ),
  passThrough: v.exactOptional(
    v.pipe(
      boolean,
      v.metadata({
        whenOmitted: "`true` if `rongcloudApiUrl` is a host of RongCloud",
        description:
          "Forwards to RongCloud the API calls that the bridge does not serve, and published messages.",
      }),
    ),
  ),

  botsPerApp: v.exactOptional(
    v.pipe(integerBetween(1, 1000), v.description("Maximum number of bots per app.")),
    10,
  ),
  accountConcurrency: v.exactOptional(
    v.pipe(
      integerBetween(minAccountConcurrency, 1_000_000),
      v.description(
        "Concurrent executions that Lambda allows the account in the region. `npm run deploy` reads it from AWS and stops if the account has less. The settings below must leave a tenth of it for other functions.",
      ),
    ),
    defaultAccountConcurrency,
  ),
  turnsInFlight: v.exactOptional(
    v.pipe(
      integerBetween(2, 1000),
      v.metadata({
        whenOmitted: "`100`, at most 30 % of `accountConcurrency`",
        description: "Maximum number of turns from the IM that run concurrently. More wait in the queue.",
      }),
    ),
  ),
  webhooksInFlight: v.exactOptional(
    v.pipe(
      integerBetween(2, 1000),
      v.metadata({
        whenOmitted: "`100`, at most 20 % of `accountConcurrency`",
        description: "Maximum number of webhook calls that run concurrently. More wait in the queue.",
      }),
    ),
  ),
  chatsInFlight: v.exactOptional(
    v.pipe(
      integerBetween(2, 100_000),
      v.metadata({
        whenOmitted: "`300`, at most 30 % of `accountConcurrency`",
        description:
          "Maximum number of answers that are streamed over HTTP concurrently, resumed ones included. More get a 429.",
      }),
    ),
  ),
  appShare: v.exactOptional(
    v.pipe(
      integerBetween(1, 100),
      v.description(
        "Share of `turnsInFlight`, `webhooksInFlight` and `chatsInFlight` that one app may use, in percent. 100 if the stage has one app only.",
      ),
    ),
    75,
  ),
  botShare: v.exactOptional(
    v.pipe(
      integerBetween(1, 100),
      v.metadata({
        whenOmitted: `\`${defaultBotShare}\`, at most \`appShare\``,
        description: "Share of each of the three that one bot may use, in percent. At most `appShare`.",
      }),
    ),
  ),
  userTurnsInFlight: v.exactOptional(
    v.pipe(
      integerBetween(1, 100),
      v.description(
        "Maximum number of a user's turns from the IM that run concurrently, across bots and groups. More wait in the queue.",
      ),
    ),
    10,
  ),
  imCallsPerSecond: v.exactOptional(
    v.pipe(
      integerBetween(1, 10_000),
      v.description(
        "How many calls per second the IM accepts from one app. The answers of an app share them: the more it has in progress, the less often each sends a chunk.",
      ),
    ),
    100,
  ),
  reservedConcurrency: v.exactOptional(
    v.pipe(
      concurrencyByFunction,
      v.metadata({
        whenOmitted:
          "in production a tenth of `accountConcurrency` for `im-callback`, at most 100, and `chatsInFlight` for `chat-stream`, as far as Lambda allows it",
        description:
          'Reserved Lambda concurrency by function, such as `{ "turn-worker": 200 }`, in addition to the default: other functions cannot use it, and the function gets no more. Functions that are not named share the concurrency that is left in the account, of which Lambda keeps 100 unreserved. At least `turnsInFlight` for `turn-worker`, `webhooksInFlight` for `webhook-worker` and `chatsInFlight` for `chat-stream`. New AWS accounts have too little concurrency to reserve any.',
      }),
    ),
  ),
  turnWorker: v.exactOptional(
    v.pipe(
      turnWorker,
      v.metadata({
        whenOmitted: '`{ "capacity": "on-demand" }`',
        description:
          "Where turns from the IM run. `on-demand`: one turn at a time in each environment of Lambda. `managed`: up to `turnsPerEnvironment` turns (64) in each, on EC2 instances that Lambda manages in `subnets` with `securityGroups`; both are required, and the subnets must reach the internet ([many turns in one environment](deploy.md#many-turns-in-one-environment)).",
      }),
    ),
    v.getDefaults(turnWorker),
  ),
  chat: v.exactOptional(
    v.pipe(
      chat,
      v.metadata({
        whenOmitted: '`{ "host": "function" }`',
        description:
          "Where answers over HTTP are streamed. `function`: one at a time in each environment of Lambda. `web`: up to `requestsPerEnvironment` (64) in each, in a Lambda Web Function behind the same API ([many turns in one environment](deploy.md#many-turns-in-one-environment)).",
      }),
    ),
    v.getDefaults(chat),
  ),
  botCacheSeconds: v.exactOptional(
    v.pipe(
      integerBetween(1, 60),
      v.description(
        "How long callbacks cache which users are bots, in seconds. Messages that are routed to a bot within this time after its creation may be ignored.",
      ),
    ),
    5,
  ),
  signatureWindowSeconds: v.exactOptional(
    v.pipe(
      integerBetween(1, 3600),
      v.description("Maximum difference between a signature's timestamp and the current time, in seconds."),
    ),
    300,
  ),
  userTokenHours: v.exactOptional(
    v.pipe(
      integerBetween(1, 720),
      v.description("Lifetime of the user tokens that `/user/getToken.json` issues, in hours."),
    ),
    24,
  ),
  turnsPerMinute: v.exactOptional(
    v.pipe(
      integerBetween(1, 120),
      v.description("Maximum number of turns that a user can start per minute over HTTP; more get a 429."),
    ),
    30,
  ),
  turnsAtOnce: v.exactOptional(
    v.pipe(
      integerBetween(1, 20),
      v.description("Maximum number of concurrent turns of a user over HTTP; more get a 429."),
    ),
    3,
  ),
  turnStoryDays: v.exactOptional(
    v.pipe(
      integerBetween(0, 90),
      v.description(
        "How long the story of each turn is kept, in days, for `/v3/turn/query.json`, `/v3/usage/query.json` and `npm run story`. 0: none is written.",
      ),
    ),
    7,
  ),
  corsOrigins: v.exactOptional(
    v.pipe(
      v.array(
        matching(
          /^(\*|https?:\/\/[a-z0-9.-]+(:\d{1,5})?)$/,
          "origin such as `https://www.example.com`, or `*`",
          "must be an origin such as https://www.example.com, or *",
        ),
        "must be an array of origins",
      ),
      v.description("Origins of the web pages that may call the HTTP chat API (CORS). `*` allows any."),
    ),
    [],
  ),
  console: v.exactOptional(
    v.pipe(
      console,
      v.metadata({
        whenOmitted: "none",
        description:
          "Serves the [console](console.md#in-a-deployment) with the API, at `/console/`. People sign in at the OpenID Connect provider `issuer` as `clientId`, and need a verified address in `allowedEmails` or a group in `allowedGroups`, which are in the claim `groupsClaim` (`groups`); at least one of the two must be given. `scopes`: what the provider is asked for (`openid`, `email`, `profile`). `sessionHours`: when they must sign in again (8).",
      }),
    ),
  ),
  allowPrivateCallbacks: v.exactOptional(
    v.pipe(
      boolean,
      v.description(
        "Accepts callback URLs with http or private addresses. For local runs only: never turn it on in AWS.",
      ),
    ),
    false,
  ),
});

/** Hosts of RongCloud's API (docs/spec/rongcloud.md, section 10). */
const rongcloudHost = /(^|\.)(rong-api|(sg|sg-b|us|sau)-light-api)\.com$/;

const isRongCloud = (url: string): boolean => rongcloudHost.test(URL.parse(url)?.hostname ?? "");

type Given = v.InferOutput<typeof settings>;

const withDefaults = (given: Given) => {
  const { accountConcurrency: account, reservedConcurrency } = given;
  const production = given.production ?? given.stage === "prod";
  const reservedChats = reservedConcurrency?.["chat-stream"];
  const bounds = {
    ...defaultBounds(account),
    ...(reservedChats !== undefined && { chatsInFlight: reservedChats }),
  };
  const chatsInFlight = given.chatsInFlight ?? bounds.chatsInFlight;
  const reserved: ReservedConcurrency = {
    ...(production && defaultReservations(account, { chat: given.chat, chatsInFlight })),
    ...reservedConcurrency,
  };
  return {
    ...given,
    production,
    passThrough: given.passThrough ?? isRongCloud(given.rongcloudApiUrl),
    turnsInFlight: given.turnsInFlight ?? bounds.turnsInFlight,
    webhooksInFlight: given.webhooksInFlight ?? bounds.webhooksInFlight,
    chatsInFlight,
    botShare: given.botShare ?? Math.min(defaultBotShare, given.appShare),
    reservedConcurrency: reserved,
  };
};

/** A function that is invoked more often than its reservation allows is throttled. */
const isEnough = (reserved: number | undefined, inFlight: number): boolean =>
  reserved === undefined || reserved >= inFlight;

const neededConcurrency = (bounds: Bounds): number => {
  const bounded = totalBounded(bounds);
  return Math.max(bounded + 2, Math.ceil((bounded * 10) / 9));
};

const messageOf =
  (text: (config: Bounds) => string) =>
  ({ input }: { readonly input: Bounds }): string =>
    text(input);

/** The region and account of a certificate's ARN: `arn:aws:acm:<region>:<account>:…`. */
const regionOf = (arn: string): string => arn.split(":")[3] ?? "";
const accountOf = (arn: string): string => arn.split(":")[4] ?? "";

export const configSchema = v.pipe(
  settings,
  v.forward(
    v.check(
      ({ domain, defaultEndpoint }) => defaultEndpoint || domain !== undefined,
      "must be true without a domain: the API would have no address",
    ),
    ["defaultEndpoint"],
  ),
  v.forward(
    v.check(
      ({ domain, region }) =>
        domain === undefined || region === undefined || regionOf(domain.certificateArn) === region,
      ({ input: { domain, region } }) =>
        `certificateArn must be in the stage's region ${region}, got ${regionOf(domain?.certificateArn ?? "")}`,
    ),
    ["domain"],
  ),
  v.forward(
    v.check(
      ({ domain, account }) =>
        domain === undefined || account === undefined || accountOf(domain.certificateArn) === account,
      ({ input: { domain, account } }) =>
        `certificateArn must be in the stage's account ${account}, got ${accountOf(domain?.certificateArn ?? "")}`,
    ),
    ["domain"],
  ),
  v.forward(
    v.check(
      ({ chat, reservedConcurrency }) =>
        chat.host === "function" || reservedConcurrency?.["chat-stream"] === undefined,
      'must be omitted with chat.host "web": a Web Function has no reserved concurrency, and chatsInFlight bounds it',
    ),
    ["reservedConcurrency", "chat-stream"],
  ),
  v.forward(
    v.check(
      ({ turnWorker, reservedConcurrency }) =>
        turnWorker.capacity === "on-demand" || reservedConcurrency?.["turn-worker"] === undefined,
      'must be omitted with turnWorker.capacity "managed": its instances are the function\'s own, and turnsInFlight bounds it',
    ),
    ["reservedConcurrency", "turn-worker"],
  ),
  v.forward(
    v.check(
      ({ turnWorker: { capacity, subnets, securityGroups } }) =>
        capacity === "on-demand" || (subnets.length > 0 && securityGroups.length > 0),
      'must name subnets and securityGroups with the capacity "managed": its instances run in your VPC',
    ),
    ["turnWorker"],
  ),
  v.forward(
    v.check(
      ({ turnWorker: { capacity, subnets, securityGroups } }) =>
        capacity === "managed" || (subnets.length === 0 && securityGroups.length === 0),
      'must name no subnets and securityGroups with the capacity "on-demand": those functions run in no VPC',
    ),
    ["turnWorker"],
  ),
  v.forward(
    v.check(
      (given) =>
        given.console === undefined ||
        given.console.allowedEmails.length > 0 ||
        given.console.allowedGroups.length > 0,
      "must name allowedEmails or allowedGroups: otherwise everyone of the provider could sign in",
    ),
    ["console"],
  ),
  v.forward(
    v.check(
      (given) => given.console?.scopes.includes("openid") ?? true,
      "scopes must contain openid: without it the provider does not say who has signed in",
    ),
    ["console"],
  ),
  v.forward(
    v.check(
      (given) => given.allowPrivateCallbacks || (given.console?.issuer.startsWith("https:") ?? true),
      "issuer must be an https URL",
    ),
    ["console"],
  ),
  v.transform(withDefaults),
  v.forward(
    v.check(
      (given) => isEnough(given.reservedConcurrency["turn-worker"], given.turnsInFlight),
      "must be at least turnsInFlight",
    ),
    ["reservedConcurrency", "turn-worker"],
  ),
  v.forward(
    v.check(
      (given) => isEnough(given.reservedConcurrency["webhook-worker"], given.webhooksInFlight),
      "must be at least webhooksInFlight",
    ),
    ["reservedConcurrency", "webhook-worker"],
  ),
  v.forward(
    v.check(
      (given) => isEnough(given.reservedConcurrency["chat-stream"], given.chatsInFlight),
      "must be at least chatsInFlight",
    ),
    ["reservedConcurrency", "chat-stream"],
  ),
  v.forward(
    v.check(({ appShare, botShare }) => botShare <= appShare, "must be at most appShare"),
    ["botShare"],
  ),
  v.forward(
    v.check(
      (given) =>
        totalReserved(given) === 0 || totalReserved(given) <= given.accountConcurrency - minUnreserved,
      messageOf(
        (given) =>
          `must be at most ${given.accountConcurrency - minUnreserved} in total (accountConcurrency less ${minUnreserved} that Lambda keeps unreserved), got ${totalReserved(given)}`,
      ),
    ),
    ["reservedConcurrency"],
  ),
  v.forward(
    v.check(
      (given) => totalBounded(given) + minRoom(given.accountConcurrency) <= given.accountConcurrency,
      messageOf(
        (given) =>
          `must be at least ${neededConcurrency(given)}: turnsInFlight, webhooksInFlight, chatsInFlight and reservedConcurrency add up to ${totalBounded(given)}, and a tenth must be left for other functions, got ${given.accountConcurrency}`,
      ),
    ),
    ["accountConcurrency"],
  ),
);

/** The settings of a deployment, with defaults filled in. */
export type Config = v.InferOutput<typeof configSchema>;
