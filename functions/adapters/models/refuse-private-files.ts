import { fileUrlFault } from "#adapters/http/callback-url.ts";
import { failed } from "#adapters/model-api/failures.ts";
import type { Model } from "#core/answer/model.ts";
import { type FieldValue, isFileList } from "#core/answer/pause.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import type { QuestionFile } from "#core/message/question-file.ts";

const isRefused = (file: QuestionFile): boolean =>
  "url" in file && fileUrlFault(file.url, false) !== undefined;

const filesOf = (value: FieldValue): readonly QuestionFile[] => {
  if (typeof value === "string") return [];
  return isFileList(value) ? value : [value];
};

/**
 * A model that gets no files with private addresses: its server would fetch them from within its own network. The user reads
 * that the file could not be processed, or is asked for the form's values again.
 */
export const refusePrivateFiles = <T extends ModelType>(model: Model<T>): Model<T> => {
  const { ask, resume } = model;
  return {
    ...model,
    ask: async (question, ...rest) =>
      question.files.some(isRefused)
        ? failed("refused", false, "the address of a file is not public")
        : ask(question, ...rest),
    ...(resume && {
      resume: async (paused, ...rest) =>
        Object.values(paused.input?.values ?? {})
          .flatMap(filesOf)
          .some(isRefused)
          ? { status: "rejected" }
          : resume(paused, ...rest),
    }),
  };
};
