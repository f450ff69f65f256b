import * as v from "valibot";
import type { Model } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { type BridgeError, callerError } from "#core/shared/errors.ts";
import { makeAppParameters } from "./app-parameters.ts";
import { type CallDifyPorts, type DifyReply, errorBody, makeCallDify, refused } from "./call-dify.ts";
import { difyUser } from "./dify-ids.ts";
import { plainCode } from "./failures.ts";

const uploaded = v.object({ id: v.pipe(v.string(), v.nonEmpty(), v.maxLength(128)) });

const refusalOf = ({ status, json }: DifyReply): BridgeError => {
  const { code } = v.is(errorBody, json) ? json : {};
  switch (status) {
    case 413:
      return callerError("payload_too_large", "file: is larger than the Dify server accepts");
    case 415:
      return callerError("unsupported_media_type", "file: the Dify server does not accept this type of file");
    case 400:
      return callerError("bad_parameter", `file: refused by the Dify server, ${plainCode(code ?? "")}`);
    default:
      return refused(status);
  }
};

/** Passes a file on to Dify, which gives it to the user who is named here only (docs/spec/dify.md, A1). */
export const makeUploadFile = (ports: CallDifyPorts): NonNullable<Model<DifyType>["upload"]> => {
  const callDify = makeCallDify(ports);
  const appParameters = makeAppParameters(ports);

  return async (integration, userId, { kind, name, mediaType, bytes }) => {
    // Dify stores the file, and drops it from the question without a word.
    if (await appParameters.refusesFiles({ integration }, new AbortController().signal))
      throw callerError("conflict", "integration: the Dify app accepts no files");
    const body = new FormData();
    body.set("user", difyUser(userId));
    body.set("file", new Blob([bytes], { type: mediaType }), name);
    const reply = await callDify({ integration, method: "POST", path: "files/upload", body });
    const parsed = v.safeParse(uploaded, reply.json);
    if ((reply.status !== 201 && reply.status !== 200) || !parsed.success) throw refusalOf(reply);
    return { kind, uploadId: parsed.output.id };
  };
};
