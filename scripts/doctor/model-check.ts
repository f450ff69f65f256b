import { Readable } from "node:stream";
import { askModel } from "./ask-model.ts";
import { type Finding, type Findings, note, ok } from "./check.ts";
import { type FoundModel, findModels, type ReadableBots } from "./find-models.ts";
import type { Send } from "./send.ts";

export interface ModelCheckPorts {
  readonly bots: ReadableBots;
  readonly send: Send;
  /** Keeps the key out of the output. */
  readonly addSecret: (secret: string) => void;
  /** Whether only functions can reach the host: a simulator's. */
  readonly isSimulated: (host: string) => boolean;
  /** No call begins after this. */
  readonly deadline: AbortSignal;
}

const callsAtOnce = 8;

/** Bots may share an API and its key. */
const identityOf = ({ integration: { type, callbackUrl, apiKey } }: FoundModel): string =>
  JSON.stringify([type, callbackUrl, apiKey]);

/** "late" for those that were not asked. */
const askAll = (
  models: readonly FoundModel[],
  { send, deadline }: Pick<ModelCheckPorts, "send" | "deadline">,
): Promise<(Finding | "well" | "late")[]> =>
  Readable.from(models)
    .map(
      async ({ appKey, botUserId, integration }: FoundModel) =>
        deadline.aborted
          ? "late"
          : ((await askModel(integration, `${botUserId} of ${appKey}`, send)) ?? "well"),
      { concurrency: callsAtOnce },
    )
    .toArray();

/** Checks that the API of each bot's model can be reached from here and accepts the bot's key. */
export const checkModels = async (
  appKeys: readonly string[],
  { bots, send, addSecret, isSimulated, deadline }: ModelCheckPorts,
): Promise<Findings> => {
  const found = await Promise.all(appKeys.map((appKey) => findModels(bots, appKey)));
  const all = found.flatMap(({ models }) => models);
  for (const { integration } of all) addSecret(integration.apiKey);
  const real = all.filter(({ integration }) => !isSimulated(new URL(integration.callbackUrl).hostname));
  const distinct = [...new Map(real.map((model) => [identityOf(model), model])).values()];
  const asked = await askAll(distinct, { send, deadline });

  const well = asked.filter((each) => each === "well").length;
  const late = asked.filter((each) => each === "late").length;
  const unreadable = found.flatMap((each) => each.unreadable);
  const omitted = found.reduce((sum, each) => sum + each.omitted, 0);
  const simulated = all.length - real.length;
  return [
    ...unreadable,
    ...asked.filter((each) => typeof each === "object"),
    ...(well > 0 ? [ok(`${well} answer from here, each to its bot's key`)] : []),
    ...(late > 0 ? [note(`not checked: ${late} for which there was no time`)] : []),
    ...(omitted > 0 ? [note(`not checked: ${omitted} bots above the first 100 of an app`)] : []),
    ...(simulated > 0 ? [note(`not checked: ${simulated} that use a simulator of the local run`)] : []),
    ...(all.length + unreadable.length === 0 ? [note("no bot has a model")] : []),
  ];
};
