import type { FieldValue } from "#core/answer/pause.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import type { FileKind, LinkedFile, QuestionFile, UploadedFile } from "#core/message/question-file.ts";
import { callerError } from "#core/shared/errors.ts";

/** An upload, as a client names it. */
export interface SentUpload {
  readonly kind: FileKind;
  readonly token: string;
}

/** A file of a question or a form, as a client sends it. */
export type SentFile = LinkedFile | SentUpload;
export type SentValue = string | SentFile | readonly SentFile[];
/** A form's values by the name of the field. */
export type SentValues = Readonly<Record<string, SentValue>>;

/** Whose an upload is, and which model's server has it. */
export interface UploadOwner {
  readonly appKey: string;
  readonly userId: string;
  readonly botUserId: string;
  readonly integrationType: ModelType;
}

/** Names uploads to clients, by names that only their owner can use, for `uploadLifeMs`. */
export interface UploadTokens {
  seal(owner: UploadOwner, file: UploadedFile): Promise<string>;
  /** Undefined if the token is of another owner, has expired, or is none. */
  open(owner: UploadOwner, token: string): Promise<UploadedFile | undefined>;
}

export const uploadLifeMs = 60 * 60_000;

/** Finds the files that a client has named. @throws BridgeError `bad_parameter` that names the field. */
export interface OpenSentFiles {
  files(owner: UploadOwner, sent: readonly SentFile[]): Promise<readonly QuestionFile[]>;
  values(owner: UploadOwner, sent: SentValues): Promise<Readonly<Record<string, FieldValue>>>;
}

const isList = (value: SentValue): value is readonly SentFile[] => Array.isArray(value);

export const makeOpenSentFiles = (tokens: Pick<UploadTokens, "open">): OpenSentFiles => {
  const openFile = async (owner: UploadOwner, path: string, sent: SentFile): Promise<QuestionFile> => {
    if (!("token" in sent)) return sent;
    const file = await tokens.open(owner, sent.token);
    if (!file) {
      throw callerError(
        "bad_parameter",
        `${path}.id: must be the id of a file that this user uploaded for this bot and integration within the last hour`,
        "a file's id: not an upload of this user, bot and integration",
      );
    }
    if (file.kind === sent.kind) return file;
    const rule = `must be ${file.kind}, as it was uploaded`;
    throw callerError("bad_parameter", `${path}.type: ${rule}, got ${JSON.stringify(sent.kind)}`, rule);
  };
  const openFiles = (owner: UploadOwner, path: string, sent: readonly SentFile[]): Promise<QuestionFile[]> =>
    Promise.all(sent.map((file, index) => openFile(owner, `${path}[${index}]`, file)));

  const openValue = async (owner: UploadOwner, path: string, value: SentValue): Promise<FieldValue> => {
    if (typeof value === "string") return value;
    return isList(value) ? openFiles(owner, path, value) : openFile(owner, path, value);
  };

  return {
    files: (owner, sent) => openFiles(owner, "files", sent),
    values: async (owner, sent) =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(sent).map(async ([name, value]) => [
            name,
            await openValue(owner, `inputs.${name}`, value),
          ]),
        ),
      ),
  };
};
