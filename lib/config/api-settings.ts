import * as v from "valibot";
import { consoleAccess } from "./console-access.ts";
import { boolean, integerBetween, matching } from "./values.ts";

/** What the functions behind the API accept, and for how long. */
export const apiSettings = {
  botCacheSeconds: v.exactOptional(
    v.pipe(
      integerBetween(1, 60),
      v.description(
        "How long callbacks cache which users are bots, in seconds. Messages that are routed to a bot within this time after its creation may be ignored.",
      ),
    ),
    5,
  ),
  signatureWindowSeconds: v.exactOptional(
    v.pipe(
      integerBetween(1, 3600),
      v.description("Maximum difference between a signature's timestamp and the current time, in seconds."),
    ),
    300,
  ),
  userTokenHours: v.exactOptional(
    v.pipe(
      integerBetween(1, 720),
      v.description("Lifetime of the user tokens that `/user/getToken.json` issues, in hours."),
    ),
    24,
  ),
  turnsPerMinute: v.exactOptional(
    v.pipe(
      integerBetween(1, 120),
      v.description("Maximum number of turns that a user can start per minute over HTTP; more get a 429."),
    ),
    30,
  ),
  turnsAtOnce: v.exactOptional(
    v.pipe(
      integerBetween(1, 20),
      v.description("Maximum number of concurrent turns of a user over HTTP; more get a 429."),
    ),
    3,
  ),
  turnStoryDays: v.exactOptional(
    v.pipe(
      integerBetween(0, 90),
      v.description(
        "How long the story of each turn is kept, in days, for `/v3/turn/query.json`, `/v3/usage/query.json` and `npm run story`. 0: none is written.",
      ),
    ),
    7,
  ),
  corsOrigins: v.exactOptional(
    v.pipe(
      v.array(
        matching(
          /^(\*|https?:\/\/[a-z0-9.-]+(:\d{1,5})?)$/,
          "origin such as `https://www.example.com`, or `*`",
          "must be an origin such as https://www.example.com, or *",
        ),
        "must be an array of origins",
      ),
      v.description("Origins of the web pages that may call the HTTP chat API (CORS). `*` allows any."),
    ),
    [],
  ),
  console: v.exactOptional(
    v.pipe(
      consoleAccess,
      v.metadata({
        whenOmitted: "none",
        description:
          "Serves the [console](console.md#in-a-deployment) with the API, at `/console/`. People sign in at the OpenID Connect provider `issuer` as `clientId`, and need a verified address in `allowedEmails` or a group in `allowedGroups`, which are in the claim `groupsClaim` (`groups`); at least one of the two must be given. `scopes`: what the provider is asked for (`openid`, `email`, `profile`). `sessionHours`: when they must sign in again (8).",
      }),
    ),
  ),
  allowPrivateCallbacks: v.exactOptional(
    v.pipe(
      boolean,
      v.description(
        "Accepts callback URLs with http or private addresses. For local runs only: never turn it on in AWS.",
      ),
    ),
    false,
  ),
};
