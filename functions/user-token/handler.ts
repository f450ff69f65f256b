import { parseFormBody } from "../adapters/api-gateway/parse-body.ts";
import { makeSignedApi } from "../adapters/api-gateway/signed-api.ts";
import { makeDocumentClient } from "../adapters/dynamodb/document-client.ts";
import { makeJsonLog } from "../adapters/node/json-log.ts";
import { systemClock as clock } from "../adapters/node/system-clock.ts";
import { makeSignedCallers } from "../adapters/rongcloud/signed-callers.ts";
import { makeSignUserToken } from "../adapters/secrets/user-tokens.ts";
import { readEnv } from "./env.ts";
import { userSchema } from "./user-schema.ts";

const env = readEnv();
const log = makeJsonLog();
const { verifyCall } = makeSignedCallers({ env, client: makeDocumentClient(), clock, log });
const signUserToken = makeSignUserToken(clock);

export const handler = makeSignedApi(
  { verifyCall, log },
  {
    "/user/getToken.json": async (app, { body }) => {
      const { userId } = parseFormBody(userSchema, body);
      return { userId, token: await signUserToken(app, userId) };
    },
  },
);
