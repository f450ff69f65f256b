import { makeDifyModel } from "#adapters/dify/dify-model.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { makeOpenAiModel } from "#adapters/openai/openai-model.ts";
import { openAiTimeouts } from "#adapters/openai/openai-timeouts.ts";
import type { Model, Models } from "#core/answer/model.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import type { Clock } from "#core/shared/clock.ts";
import { refusePrivateFiles } from "./refuse-private-files.ts";

export interface MakeModelsPorts {
  readonly clock: Clock;
  /** Whether models and files may have private addresses, for a local run. */
  readonly allowPrivate: boolean;
}

/** The model of each type, for every function that calls one. */
export const makeModels = ({ clock, allowPrivate }: MakeModelsPorts): Models => {
  const sendHttp = makeHttpClient({ publicOnly: !allowPrivate, clock });
  const guarded = <T extends ModelType>(model: Model<T>): Model<T> =>
    allowPrivate ? model : refusePrivateFiles(model);
  const dify = guarded(makeDifyModel({ sendHttp, clock, timeouts: difyTimeouts }));
  return {
    dify_chat: dify,
    dify_completion: dify,
    dify_chatflow: dify,
    dify_agent: dify,
    dify_workflow: dify,
    openai: guarded(makeOpenAiModel({ sendHttp, clock, timeouts: openAiTimeouts })),
  };
};
