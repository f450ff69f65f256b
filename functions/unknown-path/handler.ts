import * as v from "valibot";
import { makeApiHandler } from "#adapters/api-gateway/api-handler.ts";
import { makeDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { parseEnvironment } from "#adapters/node/environment.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { openCallVerifier, verifierEnv } from "#adapters/rongcloud/open-verifiers.ts";
import { openPassThrough, passThroughEnv } from "#adapters/rongcloud/pass-through.ts";
import { makeAnswerUnknownPath } from "./answer-unknown-path.ts";

const env = parseEnvironment(v.object({ ...verifierEnv, ...passThroughEnv }));
const log = makeJsonLog();
const { apps, verifyCall } = await openCallVerifier({ env, client: makeDocumentClient(), clock, log });

export const handler = makeApiHandler(
  log,
  makeAnswerUnknownPath({ verifyCall, forwardCall: openPassThrough({ env, apps, clock }) }),
);
