import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { type AppSecrets, requireApp } from "#adapters/secrets/app-secrets.ts";
import { keyIdOf, seal, unseal } from "#adapters/secrets/key-cipher.ts";
import { withDataKeysOf } from "#adapters/secrets/with-data-keys-of.ts";
import type { GuardedUser } from "#core/chat/user-guard.ts";
import type { UserProfiles } from "#core/chat/user-profile.ts";
import type { TablePorts } from "./table-ports.ts";
import { lifeFrom } from "./user-guard-record.ts";

export interface UserProfilesTablePorts extends TablePorts {
  readonly apps: AppSecrets;
}

const profileRecord = v.object({
  sealedName: v.optional(v.string()),
  sealedPortraitUri: v.optional(v.string()),
  createdAt: v.number(),
  expiresAt: v.number(),
});

/** Encrypted separately, so that one can be changed without reading the other. */
type SealedField = "sealedName" | "sealedPortraitUri";

/** As JSON, since keys and ids may contain any separator. */
export const profileKey = ({ appKey, userId }: GuardedUser): string =>
  `profile#${JSON.stringify([appKey, userId])}`;

/**
 * Users' profiles, in the guards table: one item per user, encrypted for its user and field. It outlives every token that was
 * issued with its last write.
 */
export const makeUserProfilesTable = ({
  client,
  tableName,
  apps,
  clock,
}: UserProfilesTablePorts): UserProfiles => ({
  save: async (user, { name, portraitUri }) => {
    const { dataKeys } = apps.lastKnown(user.appKey) ?? (await requireApp(apps.find(user.appKey)));
    const guard = profileKey(user);
    const now = clock.now();
    const { expiresAt, ttl } = lifeFrom(now);
    const given: readonly (readonly [SealedField, string | undefined])[] = [
      ["sealedName", name],
      ["sealedPortraitUri", portraitUri],
    ];
    const sealed = given.flatMap(([field, text]) =>
      text === undefined ? [] : [[field, seal(dataKeys, text, [guard, field])] as const],
    );
    const sets = [
      "version = :version",
      "createdAt = if_not_exists(createdAt, :now)",
      "expiresAt = :expiresAt",
      "#ttl = :ttl",
      ...sealed.map(([field]) => `${field} = :${field}`),
    ];
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: { guard },
        UpdateExpression: `SET ${sets.join(", ")}`,
        ExpressionAttributeNames: { "#ttl": "ttl" },
        ExpressionAttributeValues: {
          ":version": 1,
          ":now": now,
          ":expiresAt": expiresAt,
          ":ttl": ttl,
          ...Object.fromEntries(sealed.map(([field, text]) => [`:${field}`, text])),
        },
      }),
    );
  },
  find: async (user) => {
    const guard = profileKey(user);
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: { guard }, ConsistentRead: true }),
    );
    if (!Item) return undefined;
    const { createdAt, expiresAt, ...fields } = parseRecord(profileRecord, Item, "a user profile");
    if (expiresAt <= clock.now()) return undefined;
    const app = await requireApp(apps.find(user.appKey));
    const stored = Object.values(fields).filter((text) => text !== undefined);
    const { dataKeys } = await withDataKeysOf(apps, app, stored);
    /** Empty if the data key was removed from the secret: no change of keys has to wait for profiles. */
    const open = (field: SealedField): string => {
      const text = fields[field];
      const isReadable = text !== undefined && dataKeys.some(({ id }) => id === keyIdOf(text));
      return isReadable ? unseal(dataKeys, text, [guard, field]) : "";
    };
    return { name: open("sealedName"), portraitUri: open("sealedPortraitUri"), createdAt };
  },
});
