import { readFileSync } from "node:fs";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { Validator } from "@seriousme/openapi-schema-validator";
import { toApiFailure } from "#adapters/api-gateway/api-error.ts";
import { modelApis, modelTypes } from "#core/bot/integration-types.ts";
import { BridgeError, type ErrorCode } from "#core/shared/errors.ts";
import { handler } from "../../functions/about/handler.ts";
import { documentFile, documentText } from "../../openapi/document-file.ts";
import { operations } from "../../openapi/operations.ts";
import { lambdaContext, proxyEvent } from "./adapters/api-gateway/proxy-event.ts";

const kept = readFileSync(documentFile, "utf8");
const document = JSON.parse(kept);

const valuesOf = (json: unknown): unknown[] =>
  typeof json === "object" && json !== null ? [json, ...Object.values(json).flatMap(valuesOf)] : [json];

/** Every `$ref` of the document. */
const references: string[] = valuesOf(document).flatMap((value) =>
  typeof value === "object" && value !== null && "$ref" in value ? [String(value.$ref)] : [],
);

const resolve = (reference: string): unknown =>
  reference
    .split("/")
    .slice(1)
    .reduce((json, key) => json?.[key], document);

interface Property {
  readonly path: string;
  readonly schema: object;
}

/** Every property that a schema defines, at any depth. */
const propertiesIn = (json: unknown, path: string): Property[] => {
  if (typeof json !== "object" || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) =>
    key === "properties"
      ? Object.entries<object>(value).flatMap(([name, schema]) => [
          { path: `${path}.${name}`, schema },
          ...propertiesIn(schema, `${path}.${name}`),
        ])
      : propertiesIn(value, path),
  );
};

const everyError = [
  "internal",
  "unknown_app",
  "bad_parameter",
  "empty_body",
  "bad_signature",
  "bad_token",
  "parameter_too_long",
  "upstream_unavailable",
  "upstream_refused",
  "upstream_timeout",
  "not_found",
] satisfies ErrorCode[];

describe("the API's description", () => {
  test("in git is generated from the schemas; if this fails, run `npm run openapi`", () => {
    expect(kept).toBe(documentText());
  });

  test("is OpenAPI 3.1", async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
  });

  test("has no broken references", () => {
    expect(references.filter((reference) => !reference.startsWith("#/") || !resolve(reference))).toEqual([]);
  });

  test("has no unused component", () => {
    const { securitySchemes, ...parts } = document.components;
    const names = Object.entries<object>(parts).flatMap(([kind, held]) =>
      Object.keys(held).map((name) => `#/components/${kind}/${name}`),
    );
    expect(names.filter((name) => !references.includes(name))).toEqual([]);
  });

  test.each(modelTypes)("names the schemas of type %s after its API", (type) => {
    const { name } = modelApis[type];
    for (const schema of [
      `${name}Integration`,
      `Replacement${name}Integration`,
      `${name}IntegrationUpdate`,
    ]) {
      expect(document.components.schemas[schema].properties.type.enum).toContain(type);
    }
  });

  test("has unique operation names and paths", () => {
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
    const described = Object.values<object>(document.paths).flatMap((item) => Object.keys(item));
    expect(described).toHaveLength(operations.length);
  });

  test("has a server address that code generators accept, once its defaults are filled in", () => {
    const [{ url, variables }] = document.servers;
    const filledIn = url.replace(/\{(\w+)\}/g, (_: string, name: string) => variables[name].default);
    expect(new URL(filledIn).href).toBe("https://api-id.execute-api.us-east-1.amazonaws.com/dev");
  });

  test("has the address of the deployment that serves it, with its stage", () => {
    const { url } = document.servers.at(-1);
    expect(new URL(url, "http://127.0.0.1:3000/openapi.json").href).toBe("http://127.0.0.1:3000/");
    expect(new URL(url, "https://api.example.com/dev/openapi.json").href).toBe(
      "https://api.example.com/dev/",
    );
  });

  test("describes every property of every schema, or refers to a schema that is described", () => {
    const undescribed = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      propertiesIn(schema, name).flatMap(({ path, schema: property }) =>
        "description" in property || "$ref" in property ? [] : [path],
      ),
    );
    expect(undescribed).toEqual([]);
  });

  test.each(everyError)("documents for callers the error called %s, its status and its code", (code) => {
    const { status, body } = toApiFailure(new BridgeError(code, ""));
    for (const { path, method } of operations.filter(({ caller }) => caller === "app-server")) {
      const response = resolve(document.paths[path][method].responses[status].$ref);
      expect(response).toMatchObject({
        content: { "application/json": { examples: { [body.code]: { value: { code: body.code } } } } },
      });
    }
  });
});

const errorsOfUsers = [
  "internal",
  "bad_token",
  "forbidden",
  "not_found",
  "rate_limited",
  "upstream_timeout",
] satisfies ErrorCode[];

describe("a user's client", () => {
  const chats = operations.filter(({ caller }) => caller === "user");
  const responseOf = ({ path, method }: (typeof chats)[number], status: number) =>
    resolve(document.paths[path][method].responses[status].$ref);
  const saying = (code: number) => ({
    content: { "application/json": { examples: { [code]: { value: { code } } } } },
  });

  test.each(errorsOfUsers)("has documentation of the error called %s, its status and its code", (code) => {
    const { status, body } = toApiFailure(new BridgeError(code, ""));
    expect(chats.length).toBeGreaterThan(0);
    for (const operation of chats) expect(responseOf(operation, status)).toMatchObject(saying(body.code));
  });

  test.each(["bad_parameter", "empty_body", "parameter_too_long", "conflict"] satisfies ErrorCode[])(
    "that asks a question has documentation of the error called %s too",
    (code) => {
      const { status, body } = toApiFailure(new BridgeError(code, ""));
      const [chat] = chats;
      expect(chat && responseOf(chat, status)).toMatchObject(saying(body.code));
    },
  );

  test("sends its token, and every parameter of a path is described", () => {
    for (const { path, method } of chats) {
      const { security, parameters } = document.paths[path][method];
      expect(security).toEqual([{ userToken: [] }]);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const inPath: { in: string; name: string; required: boolean }[] = parameters.filter(
        (each: { in: string }) => each.in === "path",
      );
      expect(inPath.map(({ name }) => name)).toEqual(named);
      expect(inPath.every(({ required }) => required)).toBe(true);
    }
  });
});

describe("without a signature,", () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const get = async (path: string) => handler(proxyEvent({ path, httpMethod: "GET" }), lambdaContext);

  test("/openapi.json returns the description, as JSON", async () => {
    const { statusCode, headers, body } = await get("/openapi.json");
    expect(statusCode).toBe(200);
    expect(headers?.["content-type"]).toBe("application/json; charset=utf-8");
    expect(JSON.parse(body)).toEqual(document);
  });

  test("/health says that the service is up", async () => {
    const { statusCode, body } = await get("/health");
    expect({ statusCode, body }).toEqual({ statusCode: 200, body: '{"code":200}' });
  });

  test.each(["/openapi.json", "/health"])("pages of any origin can read %s", async (path) => {
    const { headers } = await get(path);
    expect(headers?.["access-control-allow-origin"]).toBe("*");
  });

  test("another path is 404", async () => {
    jest.spyOn(process.stdout, "write").mockReturnValue(true);
    const { statusCode, body } = await get("/openapi.yaml");
    expect({ statusCode, body: JSON.parse(body) }).toEqual({
      statusCode: 404,
      body: { code: 404, errorMessage: "no such path" },
    });
  });
});
