import * as v from "valibot";
import { chatTurnKey } from "./chat-turns-table.ts";

/** A record's key: `["chat", app, turn]` of a turn over HTTP, otherwise a job's parts, of which the app is the first. */
const recordKey = v.pipe(v.string(), v.parseJson(), v.tupleWithRest([v.string(), v.string()], v.string()));
const jobParts = v.pipe(v.string(), v.parseJson(), v.array(v.string()));

const jobPrefix = "job:";
/** For a client's name that begins as one of ours does. */
const chatPrefix = "chat:";

const encode = (text: string): string => Buffer.from(text).toString("base64url");
const decode = (text: string): string => Buffer.from(text, "base64url").toString();

/** The name of a turn for callers: the client's for a turn over HTTP, otherwise made of the job's key without the app. */
export const turnNameOf = (key: string): string => {
  const [kind, ...parts] = v.parse(recordKey, key);
  if (kind !== "chat" || parts.length !== 2) return jobPrefix + encode(JSON.stringify(parts));
  const [, turn = ""] = parts;
  const isOurs = turn.startsWith(jobPrefix) || turn.startsWith(chatPrefix);
  return isOurs ? chatPrefix + encode(turn) : turn;
};

/** The key of a turn's record in the turns table; undefined for a name that no turn has. */
export const turnKeyOf = (appKey: string, name: string): string | undefined => {
  if (name.startsWith(chatPrefix))
    return chatTurnKey({ appKey, turn: decode(name.slice(chatPrefix.length)) });
  if (!name.startsWith(jobPrefix)) return chatTurnKey({ appKey, turn: name });
  const parts = v.safeParse(jobParts, decode(name.slice(jobPrefix.length)));
  return parts.success ? JSON.stringify([appKey, ...parts.output]) : undefined;
};
