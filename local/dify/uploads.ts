import { randomUUID } from "node:crypto";
import { jsonReply, type ReceivedFile, Refusal, type Reply } from "./http.ts";
import { asObject, type JsonObject, type JsonValue } from "./json.ts";

/** A file that a user has uploaded; only they can ask about it. */
export interface Upload {
  readonly id: string;
  /** App and end user. */
  readonly owner: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
}

const megabyte = 1024 * 1024;
/** Dify's defaults, in bytes. */
const maxImageBytes = 10 * megabyte;
const maxFileBytes = 15 * megabyte;

const extensionOf = (name: string): string => /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? "";

export const makeUploads = () => {
  const uploads = new Map<string, Upload>();
  return {
    /** Checks in the order of Dify's. An app's own rules are checked when a question names the file. */
    add: (owner: string, user: string, files: readonly ReceivedFile[]): Reply => {
      const [file, ...others] = files;
      if (!file) throw new Refusal(400, "no_file_uploaded", "Please upload your file.");
      if (others.some(({ field }) => field !== file.field))
        throw new Refusal(400, "too_many_files", "Only one file is allowed.");
      const { name, type, bytes } = file;
      if (name === "")
        throw new Refusal(400, "filename_not_exists_error", "The specified filename does not exist.");
      if (/[/\\]/.test(name)) throw new Refusal(400, "invalid_param", "Filename contains invalid characters");
      const isTooLarge = bytes > (type.startsWith("image/") ? maxImageBytes : maxFileBytes);
      if (isTooLarge) throw new Refusal(413, "file_too_large", "");
      const upload: Upload = { id: randomUUID(), owner, name, type, bytes };
      uploads.set(upload.id, upload);
      return jsonReply(201, {
        id: upload.id,
        name,
        size: bytes,
        extension: extensionOf(name),
        mime_type: type,
        created_by: randomUUID(),
        created_at: Math.floor(Date.now() / 1_000),
        preview_url: null,
        source_url: `/files/${upload.id}/file-preview`,
        original_url: null,
        user_id: user,
        tenant_id: randomUUID(),
        conversation_id: null,
        file_key: null,
      });
    },
    /** Whether the owner has uploaded all files that a question names by id. */
    areOwn: (owner: string, files: JsonValue | undefined): boolean =>
      filesIn(files).every(
        ({ transfer_method: method, upload_file_id: id }) =>
          method !== "local_file" || uploads.get(String(id))?.owner === owner,
      ),
    /** The files of a question, as its message has them. */
    shown: (files: JsonValue | undefined): readonly JsonObject[] =>
      filesIn(files).map((file) => {
        const upload = uploads.get(String(file.upload_file_id));
        return {
          id: randomUUID(),
          filename: upload?.name ?? String(file.url).split("/").at(-1) ?? "",
          type: file.type ?? "",
          url: upload ? `/files/${upload.id}/file-preview` : (file.url ?? ""),
          mime_type: upload?.type ?? null,
          size: upload?.bytes ?? 0,
          transfer_method: file.transfer_method ?? "",
          belongs_to: "user",
          upload_file_id: file.upload_file_id ?? null,
        };
      }),
  };
};

const filesIn = (files: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(files) ? files.map(asObject) : [];
