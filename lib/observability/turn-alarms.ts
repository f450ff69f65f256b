import { Duration } from "aws-cdk-lib";
import type { AlarmSpec } from "./alarm-spec.ts";
import { type Channel, type CustomMetrics, channels, type Outcome } from "./custom-metrics.ts";
import { expression, named, sumOf } from "./sums.ts";

const window = Duration.minutes(15);

/** One failure may be chance; three in 15 minutes are a fault. */
const minFailures = 3;

/** With fewer turns, a rate is not meaningful. */
const minTurnsForRate = 20;

/** In milliseconds. Reasoning models take several seconds, and users leave after about this long. */
const maxFirstTextMs = 15_000;

/** In milliseconds. A turn waits no second for a worker unless others have them all. */
const maxStartDelayMs = 15_000;

/** In milliseconds. Turns at a limit wait for the others of their bot, by design, but not for longer than a few answers. */
const maxLimitDelayMs = 60_000;

/** Alarms on the outcome and latency of turns, which users notice directly. */
export const turnAlarms = (custom: CustomMetrics): AlarmSpec[] => {
  const turns = (outcome: Outcome, ...at: readonly Channel[]) =>
    named(
      outcome,
      at.map((channel) => custom.turnEnded(channel, outcome, { period: window })),
    );
  const [answered, failed, incomplete] = [
    turns("answered", ...channels),
    turns("failed", ...channels),
    turns("incomplete", ...channels),
  ];
  const abandoned = turns("abandoned", "http");
  const answeredHttp = turns("answered", "http");

  const all = sumOf({ ...answered, ...failed, ...incomplete });
  const wrong = sumOf({ ...failed, ...incomplete });

  // Not those of a user: they keep one user from using up what is everybody's.
  const near = named("near", [
    custom.limitNear("app", { period: window }),
    custom.limitNear("bot", { period: window }),
  ]);
  const limited = named("limited", [
    custom.turnLimited("app", { period: window }),
    custom.turnLimited("bot", { period: window }),
  ]);

  return [
    {
      id: "ModelErrorRate",
      problem: "Over 10 % of the turns fail at the model or end incomplete",
      impact: "Users get an error message instead of the answer, or half of it",
      runbookEntry: "model-fails",
      metric: expression(
        `IF(${all} >= ${minTurnsForRate}, 100 * ${wrong} / ${all}, 0)`,
        { ...answered, ...failed, ...incomplete },
        "% of turns",
        window,
      ),
      threshold: 10,
    },
    {
      id: "TurnsFailed",
      problem: "More turns fail than are answered",
      impact: "Users get an error message instead of an answer",
      runbookEntry: "turns-fail",
      metric: expression(
        `IF(${sumOf(failed)} > ${sumOf(answered)}, ${sumOf(failed)}, 0)`,
        { ...answered, ...failed },
        "turns",
        window,
      ),
      threshold: minFailures - 1,
    },
    {
      id: "TurnsIncomplete",
      problem: "Models' streams break off in the middle of answers",
      impact: "Users get incomplete answers",
      runbookEntry: "answers-break-off",
      metric: expression(
        `IF(${sumOf(incomplete)} > 0.05 * ${sumOf(answered)}, ${sumOf(incomplete)}, 0)`,
        { ...answered, ...incomplete },
        "turns",
        window,
      ),
      threshold: minFailures - 1,
    },
    {
      id: "TurnsAbandoned",
      problem: "The bridge gives up turns of HTTP clients",
      impact: "Clients get the error `interrupted`",
      runbookEntry: "turns-are-abandoned",
      metric: expression(
        `IF(${sumOf(abandoned)} > 0.01 * ${sumOf(answeredHttp)}, ${sumOf(abandoned)}, 0)`,
        { ...answeredHttp, ...abandoned },
        "turns",
        window,
      ),
      threshold: minFailures - 1,
    },
    ...channels.map((channel) => ({
      id: channel === "im" ? "FirstTextIm" : "FirstTextHttp",
      problem: `5 % of first texts ${channel === "im" ? "in the IM" : "over HTTP"} take over 15 seconds`,
      impact: "Users wait and see nothing",
      runbookEntry: "first-text-is-slow",
      metric: custom.firstText(channel),
      threshold: maxFirstTextMs,
      periods: { breaching: 2, evaluated: 3 },
    })),
    {
      id: "TurnsStartLate",
      problem: "A turn waited over 15 seconds for a worker although nothing of its own was in progress",
      impact: "A user waits because of the messages of others",
      runbookEntry: "turns-start-late",
      metric: custom.startDelay("capacity"),
      threshold: maxStartDelayMs,
    },
    {
      id: "TurnsAtLimit",
      problem:
        "A turn waited over a minute because its app, bot or user had as many turns in progress as allowed",
      impact: "Users of that bot wait for each other",
      runbookEntry: "turns-wait-at-a-limit",
      metric: custom.startDelay("limit"),
      threshold: maxLimitDelayMs,
    },
    {
      id: "LimitsNear",
      problem: "An app or a bot has used 80 % of a day's limit of turns or tokens",
      impact: "If it goes on like this, its users get no answers for the rest of the day",
      runbookEntry: "a-days-limit-is-near",
      metric: expression(sumOf(near), near, "limits", window),
      threshold: 0,
    },
    {
      id: "TurnsLimited",
      problem: "Turns are refused because their app or bot has reached a limit of turns or tokens",
      impact: "Users are told to ask again later",
      runbookEntry: "turns-are-limited",
      metric: expression(sumOf(limited), limited, "turns", window),
      threshold: 0,
    },
  ];
};
