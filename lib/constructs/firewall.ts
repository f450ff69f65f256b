import type { Stage } from "aws-cdk-lib/aws-apigateway";
import { CfnWebACL, CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import type { Construct } from "constructs";

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

const visibility = (metricName: string) => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  // Samples contain headers and bodies of real requests.
  sampledRequestsEnabled: false,
});

/** Puts a web application firewall in front of the API's stage. */
export const addFirewall = (scope: Construct, stage: Stage): void => {
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
            // App servers and RongCloud send many requests from few addresses; theirs are signed.
            scopeDownStatement: {
              byteMatchStatement: {
                fieldToMatch: { uriPath: {} },
                positionalConstraint: "CONTAINS",
                searchString: "/v1/bots/",
                textTransformations: [{ priority: 0, type: "NORMALIZE_PATH" }],
              },
            },
          },
        },
        visibilityConfig: visibility("rate"),
      },
      {
        name: "common",
        priority: 1,
        overrideAction: { none: {} },
        statement: {
          managedRuleGroupStatement: {
            vendorName: "AWS",
            name: "AWSManagedRulesCommonRuleSet",
            ruleActionOverrides: countOnlyRules.map((name) => ({ name, actionToUse: { count: {} } })),
          },
        },
        visibilityConfig: visibility("common"),
      },
    ],
  });
  new CfnWebACLAssociation(scope, "FirewallOfStage", {
    webAclArn: acl.attrArn,
    resourceArn: stage.stageArn,
  });
};
