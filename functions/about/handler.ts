import { makeApiHandler } from "#adapters/api-gateway/api-handler.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { callerError } from "#core/shared/errors.ts";
import document from "./openapi.json" with { type: "json" };

const answers = new Map<string, object>([
  ["/openapi.json", document],
  ["/health", { code: 200 }],
]);

/** Says what this service is: it needs no signature, and asks nothing behind it. */
export const handler = makeApiHandler(makeJsonLog(), async ({ route }) => {
  const answer = answers.get(route);
  if (!answer) throw callerError("not_found", "no such path");
  return answer;
});
