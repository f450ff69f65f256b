import type { Caller } from "./operation.ts";

const inHeader = (name: string, description: string) => ({
  type: "apiKey",
  in: "header",
  name,
  description: `${description} Also as \`RC-${name}\`.`,
});

const inQuery = (name: string, description: string) => ({ type: "apiKey", in: "query", name, description });

const app = "The app.";
const nonce = "Random, at most 64 characters.";
const timestamp = "The time in milliseconds or seconds since the epoch, within five minutes of ours.";
const signature = "Hex SHA-1 of app secret, nonce and timestamp, one after the other.";

/** How app servers sign (docs/spec/rongcloud.md, section 2). OpenAPI knows no one scheme for a signature in four headers. */
const headers = {
  appKey: inHeader("App-Key", app),
  nonce: inHeader("Nonce", `${nonce} Another for each call.`),
  timestamp: inHeader("Timestamp", timestamp),
  signature: inHeader("Signature", signature),
};

/** How RongCloud signs what it calls (section 9), if not by headers. */
const query = {
  appKeyInQuery: inQuery("appKey", app),
  nonceInQuery: inQuery("nonce", nonce),
  timestampInQuery: inQuery("signTimestamp", `${timestamp} Also as \`timestamp\`.`),
  signatureInQuery: inQuery("signature", signature),
};

/** What a user's client sends. */
const token = {
  userToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "From /user/getToken.json: one user's of one app, perhaps for some bots alone.",
  },
};

export const securitySchemes = () => ({ ...headers, ...query, ...token });

const allOf = (schemes: object) => Object.fromEntries(Object.keys(schemes).map((scheme) => [scheme, []]));

export const securityByCaller: Readonly<Record<Caller, readonly object[]>> = {
  "app-server": [allOf(headers)],
  rongcloud: [allOf(query), allOf(headers)],
  anyone: [],
  user: [allOf(token)],
};
