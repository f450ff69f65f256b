import { Duration } from "aws-cdk-lib";
import type { AlarmSpec } from "./alarm-spec.ts";
import { type Channel, type CustomMetrics, channels, type Outcome } from "./custom-metrics.ts";
import { expression, named, sumOf } from "./sums.ts";

const window = Duration.minutes(15);

/** One failure is a person's bad luck; three in a quarter of an hour are somebody's fault. */
const minFailures = 3;

/** Of fewer turns a share means nothing. */
const minTurnsForRate = 20;

/** A model that thinks takes seconds, and a person leaves after about as many. */
const maxFirstTextMs = 15_000;

/** What comes of turns, and how soon: the part of the bridge that its users feel. */
export const turnAlarms = (own: CustomMetrics): AlarmSpec[] => {
  const turns = (outcome: Outcome, ...at: readonly Channel[]) =>
    named(
      outcome,
      at.map((channel) => own.turnEnded(channel, outcome, { period: window })),
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

  return [
    {
      id: "ModelErrorRate",
      problem: "more than a tenth of the turns fail at their model, or break off there",
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
      problem: "turns fail, more of them than are answered",
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
      problem: "the models' streams break off in the middle of answers",
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
      problem: "the bridge itself gives up turns of clients",
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
      problem: `one user of twenty waits too long for the first word, ${channel === "im" ? "in the IM" : "over HTTP"}`,
      runbookEntry: "the-first-word-is-late",
      metric: own.firstText(channel),
      threshold: maxFirstTextMs,
      periods: { breaching: 2, evaluated: 3 },
    })),
  ];
};
