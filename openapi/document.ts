import packageJson from "../package.json" with { type: "json" };
import { responseComponents } from "./error-responses.ts";
import { tags } from "./operation.ts";
import { toOperationObject } from "./operation-object.ts";
import { operations } from "./operations.ts";
import { schemaComponents } from "./references.ts";
import { headerComponents, parameterComponents } from "./request-id.ts";
import { servers } from "./servers.ts";
import { securitySchemes } from "./signature.ts";

/** Paragraphs of Markdown. Each is one line, since some viewers render line breaks within a paragraph. */
const introduction = [
  "Bot Bridge connects bots in RongCloud IM to AI models: [Dify](https://dify.ai) apps or models behind OpenAI-compatible APIs.",
  "An app server manages bots, sends messages and issues tokens with RongCloud's server API, so RongCloud's server SDKs work unchanged. Clients of users, such as web pages and mobile apps, ask bots with the calls under *Chat*, which stream the answer.",
  "## Authentication",
  "- **App servers** sign every call: the headers `App-Key`, `Nonce`, `Timestamp` and `Signature`, where the signature is the hex SHA-1 of the app secret, the nonce and the timestamp. A signature is valid once, within five minutes of its timestamp. It does not cover the body.\n- **Users' clients** send the token that the app server gets from `/user/getToken.json`: `Authorization: Bearer <token>`.\n- **RongCloud** signs its callbacks with the same four values, in the query or in headers.\n- The calls under *About* need no authentication.",
  "## Errors",
  'A successful call returns status 200 and `{"code":200,…}`. Errors return a 4xx or 5xx status and a body with RongCloud\'s error code and a message that names the field, the rule and the value sent: `{"code":1002,"errorMessage":"metadata: at most 16 pairs, got 17"}`. A response with `Retry-After` says in how many seconds to retry.',
  "## Streams",
  "Chat streams are server-sent events. Each event's name and `data` are a `ChatEvent`: first `start`, then any number of `delta` and `replace`, at last `end` or `error`. A comment every 10 seconds keeps the connection open; treat 30 seconds without data as a broken connection. With an `Idempotency-Key`, a client can resume a broken stream.",
];

const contact = { name: "Bot Bridge issues", url: "https://github.com/bot-bridge/dify-bot-bridge/issues" };

const pathItems = () =>
  Object.fromEntries(
    [...Map.groupBy(operations, ({ path }) => path)].map(([path, operationsOfPath]) => [
      path,
      Object.fromEntries(
        operationsOfPath.map((operation) => [operation.method, toOperationObject(operation)]),
      ),
    ]),
  );

/** The OpenAPI document, generated from the schemas that the functions parse with. */
export const makeDocument = () => ({
  openapi: "3.1.0",
  info: {
    title: "Bot Bridge",
    version: packageJson.version,
    summary: packageJson.description,
    description: introduction.join("\n\n"),
    contact,
    license: { name: packageJson.license, identifier: packageJson.license },
  },
  servers,
  tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
  paths: pathItems(),
  components: {
    schemas: schemaComponents(),
    responses: responseComponents(),
    parameters: parameterComponents(),
    headers: headerComponents(),
    securitySchemes: securitySchemes(),
  },
});
