import { randomUUID } from "node:crypto";
import type { JsonObject } from "../json.ts";
import { nowInSeconds } from "./conversations.ts";

const megabyte = 1024 * 1024;

const limits: readonly (readonly [RegExp, number])[] = [
  [/^image\//, 10 * megabyte],
  [/^audio\//, 50 * megabyte],
  [/^video\//, 100 * megabyte],
];

export const sizeLimit = (mimeType: string): number =>
  limits.find(([pattern]) => pattern.test(mimeType))?.[1] ?? 15 * megabyte;

export interface Uploads {
  readonly add: (appKey: string, user: string, file: File) => JsonObject;
  /** A file belongs to its user (A1). */
  readonly has: (appKey: string, user: string, id: string) => boolean;
}

export const makeUploads = (): Uploads => {
  const owners = new Map<string, string>();
  const ownerName = (appKey: string, user: string): string => `${appKey}\n${user}`;
  return {
    add: (appKey, user, file) => {
      const id = randomUUID();
      owners.set(id, ownerName(appKey, user));
      return {
        id,
        name: file.name,
        size: file.size,
        extension: file.name.includes(".") ? (file.name.split(".").at(-1) ?? "") : "",
        mime_type: file.type,
        created_by: randomUUID(),
        created_at: nowInSeconds(),
        preview_url: null,
        source_url: `/files/${id}/file-preview`,
      };
    },
    has: (appKey, user, id) => owners.get(id) === ownerName(appKey, user),
  };
};
