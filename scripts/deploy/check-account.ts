import * as v from "valibot";
import { concurrencyQuota, defaultAccountConcurrency } from "../../lib/capacity.ts";
import { stageSettings } from "../../lib/stage-settings.ts";
import type { AccountLimit } from "./account-limit.ts";

export interface AccountCheck {
  /** Whether the deployment may go on. */
  readonly passed: boolean;
  /** The value for the CDK context `accountConcurrency`; undefined: the setting or its default applies. */
  readonly accountConcurrency: number | undefined;
  /** For the terminal. */
  readonly lines: readonly string[];
}

/** The stage's setting `accountConcurrency`. Undefined also if it is invalid: CDK then reports it with all others. */
export const concurrencySetting = (context: Readonly<Record<string, unknown>>): number | undefined => {
  const { accountConcurrency } = stageSettings((key) => context[key]);
  return v.is(v.number(), accountConcurrency) ? accountConcurrency : undefined;
};

const { service, code } = concurrencyQuota;

const requestLines = (executions: number): string[] => [
  `Request ${executions} or more in Service Quotas (AWS Lambda, "Concurrent executions", ${code}), which takes a day or two:`,
  `  aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${executions}`,
];

/** Compares the account's limit with the setting `accountConcurrency`. Undefined: the limit takes its place. */
export const checkAccount = (setting: number | undefined, limit: AccountLimit): AccountCheck => {
  const assumed = setting ?? defaultAccountConcurrency;
  if ("unknown" in limit) {
    return {
      passed: true,
      accountConcurrency: undefined,
      lines: [
        `Lambda's limit of concurrent executions was not checked: ${limit.unknown}.`,
        `The deployment assumes ${assumed} (accountConcurrency in cdk.json). A new account may have as few as 10.`,
      ],
    };
  }
  const { executions } = limit;
  if (setting !== undefined && executions < setting) {
    return {
      passed: false,
      accountConcurrency: undefined,
      lines: [
        `accountConcurrency: Lambda allows this account ${executions} concurrent executions in this region, but the deployment assumes ${setting}.`,
        ...requestLines(setting),
        `Or set accountConcurrency to ${executions} in cdk.json, and lower what does not fit.`,
      ],
    };
  }
  if (setting !== undefined) return { passed: true, accountConcurrency: undefined, lines: [] };
  return {
    passed: true,
    accountConcurrency: executions,
    lines:
      executions >= defaultAccountConcurrency
        ? []
        : [
            `Lambda allows this account ${executions} concurrent executions in this region. Callbacks, answers and webhooks share them.`,
            ...requestLines(defaultAccountConcurrency),
            "Until then fewer turns run at the same time, and little or nothing is reserved for callbacks. Deploy again once it is granted.",
          ],
  };
};
