import type { Stage } from "aws-cdk-lib/aws-apigateway";
import { CfnWebACL, CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import type { Construct } from "constructs";
import type { Config } from "../config.ts";

/** Per IP address in five minutes, on the chat API. Households and offices share an address. */
const maxRequestsPerAddress = 3_000;

/**
 * Rules of AWS's common rule set that only count. They inspect bodies for code, but bodies here hold chat messages and
 * callback URLs, which the functions validate; or they block long bodies and requests without a User-Agent, and
 * RongCloud's callbacks may be either.
 */
const countOnlyRules = [
  "SizeRestrictions_BODY",
  "CrossSiteScripting_BODY",
  "GenericLFI_BODY",
  "GenericRFI_BODY",
  "EC2MetaDataSSRF_BODY",
  "NoUserAgent_HEADER",
];

/** With a console. It blocks queries of more than 2,048 bytes, and some sign-in providers' authorization codes are longer. */
const countOnlyWithConsole = ["SizeRestrictions_QUERYSTRING"];

/** Rules of AWS's known bad inputs that only count, for the same reason. */
const countOnlyBadInputs = ["JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY"];

const visibility = (metricName: string) => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  // Samples contain headers and bodies of real requests.
  sampledRequestsEnabled: false,
});

const managedRules = (
  name: string,
  priority: number,
  group: string,
  countOnly: readonly string[],
): CfnWebACL.RuleProperty => ({
  name,
  priority,
  overrideAction: { none: {} },
  statement: {
    managedRuleGroupStatement: {
      vendorName: "AWS",
      name: group,
      ruleActionOverrides: countOnly.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
    },
  },
  visibilityConfig: visibility(name),
});

const pathContains = (searchString: string): CfnWebACL.StatementProperty => ({
  byteMatchStatement: {
    fieldToMatch: { uriPath: {} },
    positionalConstraint: "CONTAINS",
    searchString,
    textTransformations: [{ priority: 0, type: "NORMALIZE_PATH" }],
  },
});

/** Paths that people call. App servers and RongCloud send many requests from few addresses; theirs are signed. */
const peoplesPaths = (config: Config): CfnWebACL.StatementProperty =>
  config.console
    ? { orStatement: { statements: [pathContains("/v1/bots/"), pathContains("/console")] } }
    : pathContains("/v1/bots/");

/** Puts a web application firewall in front of the API's stage. */
export const addFirewall = (scope: Construct, stage: Stage, config: Config): void => {
  const acl = new CfnWebACL(scope, "Firewall", {
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    visibilityConfig: visibility("bot-bridge"),
    rules: [
      {
        name: "rate",
        priority: 0,
        action: { block: { customResponse: { responseCode: 429 } } },
        statement: {
          rateBasedStatement: {
            aggregateKeyType: "IP",
            limit: maxRequestsPerAddress,
            evaluationWindowSec: 300,
            scopeDownStatement: peoplesPaths(config),
          },
        },
        visibilityConfig: visibility("rate"),
      },
      managedRules("common", 1, "AWSManagedRulesCommonRuleSet", [
        ...countOnlyRules,
        ...(config.console ? countOnlyWithConsole : []),
      ]),
      managedRules("bad-inputs", 2, "AWSManagedRulesKnownBadInputsRuleSet", countOnlyBadInputs),
    ],
  });
  new CfnWebACLAssociation(scope, "FirewallOfStage", {
    webAclArn: acl.attrArn,
    resourceArn: stage.stageArn,
  });
};
