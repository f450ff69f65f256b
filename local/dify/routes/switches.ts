import * as v from "valibot";
import { profileProblems, profileSchema } from "../apps/profile.ts";
import { type Exchange, parseJson } from "../http/exchange.ts";
import { prettyReply } from "../http/http-reply.ts";
import { refusal } from "../http/refusal.ts";
import type { Route } from "../http/router.ts";
import { jsonValueSchema } from "../json.ts";

// Through JSON, since what is not set in a profile stands there as undefined.
const shownProfile = (profile: object) =>
  prettyReply(200, v.parse(jsonValueSchema, JSON.parse(JSON.stringify(profile))));

const readProfile = ({ standIn }: Exchange, key = "") => {
  const app = standIn.apps.byKey(key);
  if (app === undefined) throw refusal(404, "not_found", "The key of an app begins with app-.");
  return shownProfile(app.profile);
};

const writeProfile = ({ standIn, body }: Exchange, key = "") => {
  const given = parseJson(new TextDecoder().decode(body));
  const profile = v.safeParse(profileSchema, given?.output);
  if (!key.startsWith("app-")) throw refusal(400, "bad_request", "The key of an app begins with app-.");
  if (!profile.success) throw refusal(400, "bad_request", profileProblems(profile.issues));
  return shownProfile(standIn.apps.configure(key, profile.output).profile);
};

/** How an app is told, over HTTP, what it is and does. */
export const switchRoutes: readonly Route[] = [
  { method: "GET", path: "/_standin/apps/:key", handle: (exchange, { key }) => readProfile(exchange, key) },
  { method: "PUT", path: "/_standin/apps/:key", handle: (exchange, { key }) => writeProfile(exchange, key) },
];
