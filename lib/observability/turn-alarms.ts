import { Duration } from "aws-cdk-lib";
import type { AlarmSpec } from "./alarm-spec.ts";
import { type Door, doors, type Outcome, type OwnMetrics } from "./own-metrics.ts";
import { expression, named, sumOf } from "./sums.ts";

const window = Duration.minutes(15);

/** One failure is a person's bad luck; three in a quarter of an hour are somebody's fault. */
const fewest = 3;

/** Of fewer turns a share means nothing. */
const fewestForShare = 20;

/** In milliseconds: a model that thinks takes seconds, and a person leaves after about as many. */
const longestFirstText = 15_000;

/** What comes of turns, and how soon: the part of the bridge that its users feel. */
export const turnAlarms = (own: OwnMetrics): AlarmSpec[] => {
  const turns = (outcome: Outcome, ...at: readonly Door[]) =>
    named(
      outcome,
      at.map((door) => own.turnEnded(door, outcome, { period: window })),
    );
  const [answered, failed, incomplete] = [
    turns("answered", ...doors),
    turns("failed", ...doors),
    turns("incomplete", ...doors),
  ];
  const abandoned = turns("abandoned", "http");
  const answeredHere = turns("answered", "http");

  const all = sumOf({ ...answered, ...failed, ...incomplete });
  const wrong = sumOf({ ...failed, ...incomplete });

  return [
    {
      id: "DifyErrorRate",
      says: "more than a tenth of the turns fail at Dify, or break off there",
      entry: "dify-fails",
      metric: expression(
        `IF(${all} >= ${fewestForShare}, 100 * ${wrong} / ${all}, 0)`,
        { ...answered, ...failed, ...incomplete },
        "% of turns",
        window,
      ),
      above: 10,
    },
    {
      id: "TurnsFailed",
      says: "turns fail, more of them than are answered",
      entry: "turns-fail",
      metric: expression(
        `IF(${sumOf(failed)} > ${sumOf(answered)}, ${sumOf(failed)}, 0)`,
        { ...answered, ...failed },
        "turns",
        window,
      ),
      above: fewest - 1,
    },
    {
      id: "TurnsIncomplete",
      says: "Dify's streams break off in the middle of answers",
      entry: "answers-break-off",
      metric: expression(
        `IF(${sumOf(incomplete)} > 0.05 * ${sumOf(answered)}, ${sumOf(incomplete)}, 0)`,
        { ...answered, ...incomplete },
        "turns",
        window,
      ),
      above: fewest - 1,
    },
    {
      id: "TurnsAbandoned",
      says: "the bridge itself gives up turns of clients",
      entry: "turns-are-abandoned",
      metric: expression(
        `IF(${sumOf(abandoned)} > 0.01 * ${sumOf(answeredHere)}, ${sumOf(abandoned)}, 0)`,
        { ...answeredHere, ...abandoned },
        "turns",
        window,
      ),
      above: fewest - 1,
    },
    ...doors.map((door) => ({
      id: door === "im" ? "FirstTextIm" : "FirstTextHttp",
      says: `one user of twenty waits too long for the first word, ${door === "im" ? "in the IM" : "over HTTP"}`,
      entry: "the-first-word-is-late",
      metric: own.firstText(door),
      above: longestFirstText,
      periods: { bad: 2, of: 3 },
    })),
  ];
};
