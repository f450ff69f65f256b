import { type Models, modelFor, type NewFile } from "#core/answer/model.ts";
import type { BotStore } from "#core/bot/bot.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import type { FileKind } from "#core/message/question-file.ts";
import type { Clock } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";
import { rateLimited, requireModel, revokedToken, unknownBot } from "./chat-access.ts";
import type { ChatUser } from "./chat-user.ts";
import type { UploadTokens } from "./sent-file.ts";
import type { UserGuard } from "./user-guard.ts";

export interface UploadChatFilePorts {
  readonly bots: Pick<BotStore, "findWithKeys">;
  readonly models: Models;
  /** Limits uploads the way turns are limited, with separate counts. */
  readonly uploads: Pick<UserGuard, "admit" | "release">;
  readonly tokens: Pick<UploadTokens, "seal">;
  readonly clock: Pick<Clock, "now">;
  readonly newId: () => string;
  readonly log: Log;
}

/** An upload, as a question names it. */
export interface ChatUpload {
  readonly type: FileKind;
  readonly id: string;
}

/**
 * Passes a user's file on to the model's server. `readFile` is called once the upload is admitted. Rejects with its error, or
 * with a BridgeError: `not_found`, `conflict` if there is no model that takes uploads, `bad_token`, `rate_limited`, or the
 * server's refusal.
 */
export type UploadChatFile = (
  user: ChatUser,
  botUserId: string,
  integrationType: ModelType | undefined,
  readFile: () => Promise<NewFile>,
) => Promise<ChatUpload>;

/** Longer than the function may run. */
const maxUploadMs = 30_000;

export const makeUploadChatFile =
  ({ bots, models, uploads, tokens, clock, newId, log }: UploadChatFilePorts): UploadChatFile =>
  async (user, botUserId, requestedType, readFile) => {
    const { appKey, userId, issuedAt } = user;
    const bot = await bots.findWithKeys(appKey, botUserId);
    if (!bot) throw unknownBot();
    const integration = requireModel(bot, requestedType);
    const model = modelFor(models, integration);
    if (!model.upload) {
      throw callerError(
        "conflict",
        `integration: its model accepts files by URL only, got ${JSON.stringify(integration.type)}`,
      );
    }
    const upload = { appKey, userId, turn: newId() };
    const admission = await uploads.admit({ ...upload, issuedAt, until: clock.now() + maxUploadMs });
    if (admission.status === "revoked") throw revokedToken();
    if (admission.status === "limited") throw rateLimited("uploads", admission.retryAfterMs);
    try {
      const file = await model.upload(integration, userId, await readFile());
      const owner = { appKey, userId, botUserId, integrationType: integration.type };
      return { type: file.kind, id: await tokens.seal(owner, file) };
    } finally {
      await uploads.release(upload).catch((error: unknown) => {
        log.warn("upload_slot_not_released", { app: appKey, reason: String(error) });
      });
    }
  };
