import * as v from "valibot";
import { lenient } from "#adapters/model-api/lenient.ts";
import type { AnswerFile } from "#core/answer/answer-facts.ts";

const link = v.pipe(v.string(), v.nonEmpty());

/** A file in an event or an output of an app; 0.15 has fewer fields than 1.x. */
export const difyFile = v.pipe(
  v.object({
    url: lenient(link),
    remote_url: lenient(link),
    filename: lenient(link),
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

const marked = v.object({ dify_model_identity: v.literal("__dify__file__") });
const markedFile = v.pipe(
  v.looseObject({}),
  v.check((file) => v.is(marked, file)),
  difyFile,
);
const files = v.union([
  v.pipe(
    markedFile,
    v.transform((file) => [file]),
  ),
  v.array(markedFile),
]);

/** The files among a workflow's outputs: one, or a list of them. */
export const filesOfOutputs = (outputs: Readonly<Record<string, unknown>>): AnswerFile[] =>
  Object.values(outputs).flatMap((value): AnswerFile[] => {
    const parsed = v.safeParse(files, value);
    return parsed.success ? parsed.output : [];
  });
