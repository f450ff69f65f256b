import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import * as v from "valibot";
import { type HttpServer, readBody, startHttpServer } from "../http-server.ts";
import { type Denies, deniesNothing } from "./iam/access.ts";
import { secretArn } from "./template/physical.ts";
import type { Secret } from "./template/secrets.ts";

export interface SecretsOptions {
  readonly secrets: readonly Secret[];
  /** By secret name. They override the generated values and add secrets. */
  readonly values: Readonly<Record<string, string>>;
  /** The roles of callers; default: no roles. */
  readonly denies?: Denies;
}

const requestSchema = v.object({
  SecretId: v.string(),
  VersionStage: v.optional(v.string(), "AWSCURRENT"),
});

const action = "secretsmanager:GetSecretValue";

/** Starts a Secrets Manager that supports GetSecretValue. */
export const startSecrets = ({
  secrets,
  values,
  denies = deniesNothing,
}: SecretsOptions): Promise<HttpServer> => {
  const stored = new Map(secrets.map(({ name }) => [name, randomBytes(24).toString("base64url")]));
  for (const [name, value] of Object.entries(values)) stored.set(name, value);
  const versions = new Map([...stored.keys()].map((name) => [name, randomUUID()]));
  const createdDate = Date.now() / 1000;

  const answerTo = (headers: IncomingHttpHeaders, body: string) => {
    const target = headers["x-amz-target"];
    if (target !== "secretsmanager.GetSecretValue")
      return failure("InvalidAction", `${String(target)} is not supported`);
    const request = v.safeParse(v.pipe(v.string(), v.parseJson(), requestSchema), body);
    if (!request.success) return failure("InvalidParameterException", v.summarize(request.issues));
    const { SecretId: id, VersionStage: stage } = request.output;
    const name = [...stored.keys()].find((each) => isSecretId(id, each));
    const needed = name === undefined ? [] : [{ action, resource: secretArn(name) }];
    const denial = denies(headers, needed);
    if (denial !== undefined) return failure("AccessDeniedException", denial);
    const SecretString = name === undefined ? undefined : stored.get(name);
    if (name === undefined || SecretString === undefined)
      return failure("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    if (stage !== "AWSCURRENT")
      return failure(
        "ResourceNotFoundException",
        `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
      );
    return {
      statusCode: 200,
      body: {
        ARN: secretArn(name),
        Name: name,
        SecretString,
        VersionId: versions.get(name),
        VersionStages: [stage],
        CreatedDate: createdDate,
      },
    };
  };

  return startHttpServer(0, async (request, response) => {
    const body = (await readBody(request)).toString();
    const answer = answerTo(request.headers, body);
    response
      .writeHead(answer.statusCode, { "content-type": "application/x-amz-json-1.1" })
      .end(JSON.stringify(answer.body));
  });
};

/** Accepts the name, the ARN, or the ARN without its six random characters. */
const isSecretId = (id: string, name: string): boolean => {
  const arn = secretArn(name);
  return id === name || id === arn || id === arn.slice(0, -"-000000".length);
};

const failure = (type: string, message: string) => ({ statusCode: 400, body: { __type: type, message } });
