import * as v from "valibot";
import { boolean, emailAddress, matching } from "./values.ts";

/** The retention periods that CloudWatch Logs accepts, in days. */
const logRetentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** The list is passed to functions as an environment variable; Lambda allows 4 KB for all variables of a function. */
const maxAppCharacters = 2_000;

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

export const defaultStage = "dev";

/** Where a stage is deployed, the address of its API, its logs and alarms. */
export const deploymentSettings = {
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
      emailAddress,
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
};
