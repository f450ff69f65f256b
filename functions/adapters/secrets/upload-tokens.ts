import * as v from "valibot";
import { type UploadOwner, type UploadTokens, uploadLifeMs } from "#core/chat/sent-file.ts";
import { fileKinds } from "#core/message/question-file.ts";
import type { Clock } from "#core/shared/clock.ts";
import { type AppSecrets, requireApp } from "./app-secrets.ts";
import { type SealContext, seal, unseal } from "./key-cipher.ts";

const sealedUpload = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ kind: v.picklist(fileKinds), uploadId: v.string(), expiresAt: v.number() }),
);

/** Nobody else can use the token, nor the user for another bot or model's server. */
const contextOf = ({ appKey, userId, botUserId, integrationType }: UploadOwner): SealContext => [
  "upload",
  appKey,
  userId,
  botUserId,
  integrationType,
];

/** Tokens hold the server's id of an upload, encrypted with the app's data key: nothing is stored. */
export const makeUploadTokens = ({
  apps,
  clock,
}: {
  readonly apps: Pick<AppSecrets, "find">;
  readonly clock: Pick<Clock, "now">;
}): UploadTokens => ({
  seal: async (owner, { kind, uploadId }) => {
    const { dataKeys } = await requireApp(apps.find(owner.appKey));
    const expiresAt = clock.now() + uploadLifeMs;
    return seal(dataKeys, JSON.stringify({ kind, uploadId, expiresAt }), contextOf(owner));
  },
  open: async (owner, token) => {
    const { dataKeys } = await requireApp(apps.find(owner.appKey));
    try {
      const { expiresAt, ...file } = v.parse(sealedUpload, unseal(dataKeys, token, contextOf(owner)));
      return expiresAt > clock.now() ? file : undefined;
    } catch {
      return undefined;
    }
  },
});
