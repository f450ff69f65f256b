import * as v from "valibot";
import { settings } from "./settings.ts";

/** The region and account of a certificate's ARN: `arn:aws:acm:<region>:<account>:…`. */
const regionOf = (arn: string): string => arn.split(":")[3] ?? "";
const accountOf = (arn: string): string => arn.split(":")[4] ?? "";

type Settings = v.InferOutput<typeof settings>;

/** API Gateway accepts only certificates of its own region and account. `partOf`: that part of the ARN. */
const certificateIn = (place: "region" | "account", partOf: (arn: string) => string) =>
  v.forward(
    v.check<Settings, (issue: v.CheckIssue<Settings>) => string>(
      ({ domain, [place]: wanted }) =>
        domain === undefined || wanted === undefined || partOf(domain.certificateArn) === wanted,
      ({ input: { domain, [place]: wanted } }) =>
        `certificateArn must be in the stage's ${place} ${wanted}, got ${partOf(domain?.certificateArn ?? "")}`,
    ),
    ["domain"],
  );

/** The settings, with the rules between them that need no default. */
export const consistentSettings = v.pipe(
  settings,
  v.forward(
    v.check(
      ({ domain, defaultEndpoint }) => defaultEndpoint || domain !== undefined,
      "must be true without a domain: the API would have no address",
    ),
    ["defaultEndpoint"],
  ),
  certificateIn("region", regionOf),
  certificateIn("account", accountOf),
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
      "must name allowedEmails or allowedGroups: otherwise anyone with an account at the provider could sign in",
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
);
