import * as v from "valibot";
import { lenient } from "#adapters/model-api/lenient.ts";
import { type AnswerFile, type AnswerFileKind, answerFileKinds } from "#core/answer/answer-facts.ts";
import { kindOfFile } from "#core/message/question-file.ts";

/** In characters. Longer addresses and names count as missing. */
const maxLinkCharacters = 4_096;
const maxNameCharacters = 1_024;

const link = v.pipe(v.string(), v.nonEmpty(), v.maxLength(maxLinkCharacters));

interface DescribedFile {
  readonly url: string;
  readonly name?: string | undefined;
  /** Dify's kind: `document` or `custom` may be anything. */
  readonly type?: string | undefined;
  readonly mediaType?: string | undefined;
}

const kindOf = ({ url, name, type, mediaType }: DescribedFile): AnswerFileKind => {
  const isKnown = type === "image" || type === "audio" || type === "video";
  const kind = isKnown ? type : kindOfFile({ type: mediaType, name, url });
  return answerFileKinds.find((each) => each === kind) ?? "document";
};

export const toAnswerFile = (described: DescribedFile): AnswerFile => ({
  kind: kindOf(described),
  url: described.url,
  name: described.name,
});

/** A file in an event or in an app's outputs; 0.15 sends fewer fields than 1.x. */
export const difyFile = v.pipe(
  v.object({
    url: lenient(link),
    remote_url: lenient(link),
    filename: lenient(v.pipe(v.string(), v.nonEmpty(), v.maxLength(maxNameCharacters))),
    type: lenient(v.string()),
    mime_type: lenient(v.string()),
  }),
  v.check(({ url, remote_url }) => (url ?? remote_url) !== undefined),
  v.transform(
    ({ url, remote_url, filename: name, type, mime_type: mediaType }): AnswerFile =>
      toAnswerFile({ url: url ?? remote_url ?? "", name, type, mediaType }),
  ),
);

const fileMarker = v.object({ dify_model_identity: v.literal("__dify__file__") });
const outputFile = v.pipe(
  v.looseObject({}),
  v.check((file) => v.is(fileMarker, file)),
  difyFile,
);
const files = v.union([
  v.pipe(
    outputFile,
    v.transform((file) => [file]),
  ),
  v.array(outputFile),
]);

/** More than an answer may have. */
const maxOutputFiles = 200;

/** The files in a workflow's outputs. An output is a file, an array of files, or something else. */
export const filesOfOutputs = (outputs: Readonly<Record<string, unknown>>): AnswerFile[] =>
  Object.values(outputs).flatMap((value): AnswerFile[] => {
    // Early, as an array of other things could have millions of issues.
    const parsed = v.safeParse(files, value, { abortEarly: true });
    return parsed.success ? parsed.output.slice(0, maxOutputFiles) : [];
  });
