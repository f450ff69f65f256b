import type { AnswerFile } from "./answer-facts.ts";
import { type AnswerPipeOptions, makeAnswerPipe } from "./answer-pipe.ts";
import { makeKeptText } from "./kept-text.ts";

/** An answer that a model's server keeps. */
export interface StoredAnswer {
  readonly answer: string;
  readonly files: readonly AnswerFile[];
}

/** The answer as the user has seen it. Its files are those that the text does not link to. */
export const showStoredAnswer = async (
  { answer, files }: StoredAnswer,
  options: AnswerPipeOptions,
): Promise<StoredAnswer> => {
  const shown = makeKeptText();
  const shownFiles: AnswerFile[] = [];
  const pipe = makeAnswerPipe(
    { delta: shown.append, replace: shown.replace, file: (file) => void shownFiles.push(file) },
    options,
  );
  await pipe.push({ type: "delta", text: answer });
  for (const file of files) await pipe.push({ type: "file", file });
  await pipe.end();
  return { answer: shown.text, files: shownFiles };
};
