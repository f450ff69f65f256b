import type { MessageEvent } from "#core/message/message-event.ts";
import type { Log } from "#core/shared/log.ts";
import type { Metrics } from "#core/shared/metrics.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";

/** Why a message or event triggers nothing, in the order in which it is checked: a later reason came further. */
export const ignoreReasons = [
  /** In a discussion, chat room or ultra group: bots do not take part in these. */
  "channel",
  /** Two bots could answer each other forever. */
  "from_bot",
  /** A recall, which is stored, and triggers only integrations that name it. */
  "recall",
  /** A private message to somebody who is not a bot. */
  "no_bot",
  /** A message in a group that mentions no bot. */
  "not_mentioned",
  "no_integration",
  "disabled",
  "event",
  "object_name",
  "filter",
  /** It mentions everyone, and the integration does not answer that (option `everyone`). */
  "only_everyone",
] as const;
export type IgnoreReason = (typeof ignoreReasons)[number];

/** The reason that came furthest: of several integrations, that of the one that was closest to being triggered. */
export const furthest = (reasons: readonly IgnoreReason[]): IgnoreReason =>
  ignoreReasons.findLast((reason) => reasons.includes(reason)) ?? "no_integration";

export interface IgnoredMessage {
  readonly appKey: string;
  /** Undefined if the channel was enough to ignore the message, which is then not parsed. */
  readonly event: MessageEvent | undefined;
  /** Undefined if the message addresses no bot. */
  readonly botUserId: string | undefined;
  readonly reason: IgnoreReason;
  /** What the integration knows instead; see `ignoredDetail`. */
  readonly detail?: string | undefined;
}

export type ReportIgnored = (ignored: IgnoredMessage) => void;

export interface ReportIgnoredPorts {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly pseudonymOf: PseudonymOf;
}

/** A message that triggers something has a line for each job instead (`makeReportJob`). */
export const makeReportIgnored =
  ({ log, metrics, pseudonymOf }: ReportIgnoredPorts): ReportIgnored =>
  ({ appKey, event, botUserId, reason, detail }) => {
    log.info("message_ignored", {
      app: appKey,
      bot: botUserId,
      msgUID: event?.data.msgUID,
      user: event && pseudonymOf(appKey, event.data.fromUserId),
      eventType: event?.type,
      objectName: event?.data.objectName,
      reason,
      detail,
    });
    metrics.count("MessageIgnored", { reason });
  };
