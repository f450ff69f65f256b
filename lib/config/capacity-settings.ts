import * as v from "valibot";
import { defaultAccountConcurrency, minAccountConcurrency } from "../capacity.ts";
import { functionNames } from "../function-names.ts";
import { integerBetween } from "./values.ts";

const concurrencyByFunction = v.strictObject(
  Object.fromEntries(functionNames.map((name) => [name, v.exactOptional(integerBetween(1, 100_000))])),
  "must be an object of numbers, by the name of a function",
);

/** In percent. */
export const defaultBotShare = 50;

/** How much runs at the same time, and which share of it one app, bot or user may use. */
export const capacitySettings = {
  accountConcurrency: v.exactOptional(
    v.pipe(
      integerBetween(minAccountConcurrency, 1_000_000),
      v.description(
        "Concurrent executions that Lambda allows the account in the region. `npm run deploy` reads it from AWS and stops if the account has less. The settings below must leave a tenth of it for other functions.",
      ),
    ),
    defaultAccountConcurrency,
  ),
  turnsInFlight: v.exactOptional(
    v.pipe(
      integerBetween(2, 1000),
      v.metadata({
        whenOmitted: "`100`, at most 30 % of `accountConcurrency`",
        description: "Maximum number of turns from the IM that run concurrently. More wait in the queue.",
      }),
    ),
  ),
  webhooksInFlight: v.exactOptional(
    v.pipe(
      integerBetween(2, 1000),
      v.metadata({
        whenOmitted: "`100`, at most 20 % of `accountConcurrency`",
        description: "Maximum number of webhook calls that run concurrently. More wait in the queue.",
      }),
    ),
  ),
  chatsInFlight: v.exactOptional(
    v.pipe(
      integerBetween(2, 100_000),
      v.metadata({
        whenOmitted: "`300`, at most 30 % of `accountConcurrency`",
        description:
          "Maximum number of answers that are streamed over HTTP concurrently, resumed ones included. More get a 429.",
      }),
    ),
  ),
  appShare: v.exactOptional(
    v.pipe(
      integerBetween(1, 100),
      v.description(
        "Share of `turnsInFlight`, `webhooksInFlight` and `chatsInFlight` that one app may use, in percent. 100 if the stage has one app only.",
      ),
    ),
    75,
  ),
  botShare: v.exactOptional(
    v.pipe(
      integerBetween(1, 100),
      v.metadata({
        whenOmitted: `\`${defaultBotShare}\`, at most \`appShare\``,
        description: "Share of each of the three that one bot may use, in percent. At most `appShare`.",
      }),
    ),
  ),
  userTurnsInFlight: v.exactOptional(
    v.pipe(
      integerBetween(1, 100),
      v.description(
        "Maximum number of a user's turns from the IM that run concurrently, across bots and groups. More wait in the queue.",
      ),
    ),
    10,
  ),
  imCallsPerSecond: v.exactOptional(
    v.pipe(
      integerBetween(1, 10_000),
      v.description(
        "How many calls per second the IM accepts from one app. The answers of an app share them: the more it has in progress, the less often each sends a chunk.",
      ),
    ),
    100,
  ),
  reservedConcurrency: v.exactOptional(
    v.pipe(
      concurrencyByFunction,
      v.metadata({
        whenOmitted:
          "in production a tenth of `accountConcurrency` for `im-callback`, at most 100, and `chatsInFlight` for `chat-stream`, as far as Lambda allows it",
        description:
          'Reserved Lambda concurrency by function, such as `{ "turn-worker": 200 }`, in addition to the default: other functions cannot use it, and the function gets no more. Functions that are not named share the concurrency that is left in the account, of which Lambda keeps 100 unreserved. At least `turnsInFlight` for `turn-worker`, `webhooksInFlight` for `webhook-worker` and `chatsInFlight` for `chat-stream`. New AWS accounts have too little concurrency to reserve any.',
      }),
    ),
  ),
};
