import packageJson from "../package.json" with { type: "json" };
import { responseComponents } from "./error-responses.ts";
import { tags } from "./operation.ts";
import { toOperationObject } from "./operation-object.ts";
import { operations } from "./operations.ts";
import { schemaComponents } from "./references.ts";
import { headerComponents, parameterComponents } from "./request-id.ts";
import { securitySchemes } from "./signature.ts";

const introduction = [
  "People talk to bots inside an instant messenger; [Dify](https://dify.ai) apps or models of OpenAI-compatible APIs answer.",
  "These calls keep the bots. They are those of RongCloud's server API, whose SDKs work here as they are.",
  "Users' own clients speak to bots by those under *Chat*.",
  "",
  "**Signing.** Every call but those under *Chat* and *About* carries `App-Key`, `Nonce`, `Timestamp` and `Signature`,",
  "the hex SHA-1 of app secret, nonce and timestamp. A signature is good once, and for five minutes.",
  "The body is not part of it.",
  "Those under *Chat* carry a user's token, from `/user/getToken.json`: `Authorization: Bearer <token>`.",
  "",
  '**Replies.** What succeeds is status 200 and `{"code":200,…}`. What fails is another status and',
  '`{"code":1002,"errorMessage":"metadata: at most 16 pairs, got 17"}`: the field, the rule, and what was sent.',
];

/** One line a paragraph: some viewers break a paragraph where its source does. */
const paragraphs = (lines: readonly string[]): string =>
  lines
    .map((line) => (line === "" ? "\n\n" : `${line} `))
    .join("")
    .replaceAll(" \n", "\n")
    .trim();

const pathItems = () =>
  Object.fromEntries(
    [...Map.groupBy(operations, ({ path }) => path)].map(([path, its]) => [
      path,
      Object.fromEntries(its.map((operation) => [operation.method, toOperationObject(operation)])),
    ]),
  );

/** The API's description, made from the schemas that the functions parse with. */
export const makeDocument = () => ({
  openapi: "3.1.0",
  info: {
    title: "Bot Bridge",
    version: packageJson.version,
    summary: packageJson.description,
    description: paragraphs(introduction),
    license: { name: packageJson.license, identifier: packageJson.license },
  },
  // From where the document is served: a deployment has its stage before each path.
  servers: [{ url: "." }],
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
