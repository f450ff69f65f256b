import * as v from "valibot";
import { integerBetween, matching } from "./values.ts";

/** An id of EC2, such as `subnet-0a1b2c3d`. */
const ec2Id = (prefix: string, what: string) =>
  matching(
    new RegExp(`^${prefix}-[0-9a-f]{8,17}$`),
    `id of a ${what} (\`${prefix}-…\`)`,
    `must be the id of a ${what}, such as ${prefix}-0a1b2c3d`,
  );

const turnWorker = v.strictObject(
  {
    capacity: v.exactOptional(
      v.picklist(["on-demand", "managed"], "must be on-demand or managed"),
      "on-demand",
    ),
    subnets: v.exactOptional(
      v.pipe(
        v.array(ec2Id("subnet", "subnet"), "must be an array of ids"),
        v.maxLength(16, "must be at most 16"),
      ),
      [],
    ),
    securityGroups: v.exactOptional(
      v.pipe(
        v.array(ec2Id("sg", "security group"), "must be an array of ids"),
        v.maxLength(5, "must be at most 5"),
      ),
      [],
    ),
    turnsPerEnvironment: v.exactOptional(integerBetween(1, 64), 64),
  },
  "must be an object of capacity, subnets, securityGroups and turnsPerEnvironment",
);

const chat = v.strictObject(
  {
    host: v.exactOptional(v.picklist(["function", "web"], "must be function or web"), "function"),
    requestsPerEnvironment: v.exactOptional(integerBetween(1, 128), 64),
  },
  "must be an object of host and requestsPerEnvironment",
);

/** The kinds of Lambda functions that run turns. */
export const computeSettings = {
  turnWorker: v.exactOptional(
    v.pipe(
      turnWorker,
      v.metadata({
        whenOmitted: '`{ "capacity": "on-demand" }`',
        description:
          "Where turns from the IM run. `on-demand`: one turn at a time in each environment of Lambda. `managed`: up to `turnsPerEnvironment` turns (64) in each, on EC2 instances that Lambda manages in `subnets` with `securityGroups`; both are required, and the subnets must reach the internet ([many turns in one environment](deploy.md#many-turns-in-one-environment)).",
      }),
    ),
    v.getDefaults(turnWorker),
  ),
  chat: v.exactOptional(
    v.pipe(
      chat,
      v.metadata({
        whenOmitted: '`{ "host": "function" }`',
        description:
          "Where answers over HTTP are streamed. `function`: one at a time in each environment of Lambda. `web`: up to `requestsPerEnvironment` (64) in each, in a Lambda Web Function behind the same API ([many turns in one environment](deploy.md#many-turns-in-one-environment)).",
      }),
    ),
    v.getDefaults(chat),
  ),
};
