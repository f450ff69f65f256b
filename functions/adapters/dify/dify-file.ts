import * as v from "valibot";
import { lenient } from "#adapters/model-api/lenient.ts";
import type { AnswerFile } from "#core/answer/answer-facts.ts";

/** In characters. Longer addresses and names count as missing. */
const maxLinkCharacters = 4_096;
const maxNameCharacters = 1_024;

const link = v.pipe(v.string(), v.nonEmpty(), v.maxLength(maxLinkCharacters));

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
    ({ url, remote_url, filename, type, mime_type }): AnswerFile => ({
      url: url ?? remote_url ?? "",
      name: filename,
      isImage: type === "image" || mime_type?.startsWith("image/") === true,
    }),
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
