import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import type { NewFile } from "#core/answer/model.ts";
import { type FileKind, kindOfFile } from "#core/message/question-file.ts";
import { type BridgeError, callerError } from "#core/shared/errors.ts";
import { shorten } from "#core/shared/field-path.ts";
import { cleanFileName } from "./clean-file-name.ts";

/** Lambda's 6 MB for a request are 4.5 MB of bytes, which API Gateway sends as base64, with the headers twice. */
export const maxFileBytes = 4 * 1024 * 1024;
/** Of the rest of the body: the boundaries, and the headers of the part. */
const maxFormBytes = 16 * 1024;

const formType = "multipart/form-data";

const badForm = (rule: string): BridgeError => callerError("bad_parameter", `body: ${rule}`);

const tooLarge = (bytes: number): BridgeError =>
  callerError("payload_too_large", `file: at most ${maxFileBytes} bytes (4 MB), got ${bytes} bytes`);

const parseForm = async (body: Buffer, contentType: string): Promise<FormData> => {
  try {
    return await new Response(new Uint8Array(body), { headers: { "content-type": contentType } }).formData();
  } catch {
    throw badForm(`must be valid ${formType} with the boundary of its content-type`);
  }
};

const fileIn = (form: FormData): File => {
  const parts = [...form];
  const [[name, file] = []] = parts;
  if (parts.length !== 1) throw badForm(`must have one part, named file, got ${parts.length} parts`);
  if (name !== "file")
    throw badForm(`must have a part named file, got ${JSON.stringify(shorten(name ?? ""))}`);
  if (!(file instanceof File)) throw callerError("bad_parameter", "file: must be a file, with a file name");
  return file;
};

/** By its name, as Dify does, or else by its media type. */
const kindOfUpload = ({ name, type }: File): FileKind => {
  const byName = kindOfFile({ name, url: "" });
  return byName === "custom" ? kindOfFile({ type, url: "" }) : byName;
};

/**
 * The file of a request. The body's size is checked before it is parsed. @throws BridgeError `bad_parameter`, `empty_body`,
 * `payload_too_large` or `unsupported_media_type`.
 */
export const readUpload = async ({ body, headers }: ApiRequest): Promise<NewFile> => {
  const contentType = headers["content-type"] ?? "";
  if (!contentType.toLowerCase().startsWith(formType)) {
    const rule = `content-type: must be ${formType}`;
    throw callerError("unsupported_media_type", `${rule}, got ${JSON.stringify(shorten(contentType))}`, rule);
  }
  if (body.length === 0) throw callerError("empty_body", "body: must not be empty");
  if (body.length > maxFileBytes + maxFormBytes) throw tooLarge(body.length);
  const file = fileIn(await parseForm(body, contentType));
  if (file.size === 0) throw callerError("bad_parameter", "file: must not be empty");
  if (file.size > maxFileBytes) throw tooLarge(file.size);
  const kind = kindOfUpload(file);
  if (kind === "custom") {
    const rule = "file: must be an image, a document, audio or a video";
    const got = JSON.stringify(shorten(file.type || file.name));
    throw callerError("unsupported_media_type", `${rule}, got ${got}`, rule);
  }
  return {
    kind,
    name: cleanFileName(file.name, file.type),
    mediaType: file.type,
    bytes: new Uint8Array(await file.arrayBuffer()),
  };
};
