import type { Caller } from "./operation.ts";

const inHeader = (name: string, description: string) => ({
  type: "apiKey",
  in: "header",
  name,
  description: `${description} Alternatively as \`RC-${name}\`.`,
});

const inQuery = (name: string, description: string) => ({ type: "apiKey", in: "query", name, description });

const app = "The App Key.";
const nonce = "A random string of at most 64 characters.";
const timestamp =
  "The current time, in milliseconds or seconds since the epoch. It may differ from the service's clock by five minutes.";
const signature = "Hex SHA-1 of the app secret, the nonce and the timestamp, concatenated.";

/** The signature of app servers (docs/spec/rongcloud.md, section 2): OpenAPI needs one scheme for each header. */
const headers = {
  appKey: inHeader("App-Key", app),
  nonce: inHeader("Nonce", `${nonce} Every call needs a new one.`),
  timestamp: inHeader("Timestamp", timestamp),
  signature: inHeader("Signature", signature),
};

/** The signature of RongCloud's callbacks (section 9), unless it is in headers. */
const query = {
  appKeyInQuery: inQuery("appKey", app),
  nonceInQuery: inQuery("nonce", nonce),
  timestampInQuery: inQuery("signTimestamp", `${timestamp} Alternatively as \`timestamp\`.`),
  signatureInQuery: inQuery("signature", signature),
};

/** The token of a user's client. */
const token = {
  userToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "The token of one user of one app, from /user/getToken.json. It may be limited to some bots.",
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
