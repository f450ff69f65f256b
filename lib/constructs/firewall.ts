import type { Stage } from "aws-cdk-lib/aws-apigateway";
import { CfnWebACL, CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import type { Construct } from "constructs";

/** Of one address, in five minutes, where users' clients call. A household or an office may share an address. */
const maxRequestsPerAddress = 3_000;

/**
 * Rules of AWS's common set that are counted and do not block. They look for code in bodies, which here are what people
 * say and where callbacks lead, and are checked by the functions; or refuse what is long, or has no User-Agent, as
 * RongCloud's callbacks may.
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
  // Samples hold headers and bodies of real requests.
  sampledRequestsEnabled: false,
});

/** A web application firewall before a stage of the API. */
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
            // Servers of apps and of RongCloud call from few addresses, and much: their calls are signed.
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
