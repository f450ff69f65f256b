import type { Model } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { makeAskDify } from "./ask-dify.ts";
import { type CallDifyPorts, makeCallDify } from "./call-dify.ts";
import { makeCheckDify } from "./check-dify.ts";
import { makeDifyHistory } from "./dify-history.ts";
import { makeDifyTranscripts } from "./dify-transcripts.ts";
import { makeRecoverTurn } from "./recover-turn.ts";
import { resolveDifyLink } from "./resolve-dify-link.ts";
import { makeResumeDify } from "./resume-dify.ts";
import { makeTurnCalls } from "./turn-calls.ts";
import { makeUploadFile } from "./upload-file.ts";

/** A Dify app as a model (docs/spec/dify.md). */
export const makeDifyModel = (ports: CallDifyPorts): Model<DifyType> => {
  const callDify = makeCallDify(ports);
  return {
    ask: makeAskDify(ports),
    recover: makeRecoverTurn(ports),
    resume: makeResumeDify(ports),
    ...makeTurnCalls(callDify),
    check: makeCheckDify(ports),
    upload: makeUploadFile(ports),
    history: makeDifyHistory(callDify),
    transcripts: makeDifyTranscripts(callDify),
    resolveLink: ({ callbackUrl }, url) => resolveDifyLink(callbackUrl, url),
  };
};
