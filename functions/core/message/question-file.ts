/** The kinds of file that Dify knows. */
export const fileKinds = ["image", "document", "audio", "video", "custom"] as const;
export type FileKind = (typeof fileKinds)[number];

/** A file that goes along with a question: Dify fetches it itself. */
export interface QuestionFile {
  readonly kind: FileKind;
  readonly url: string;
}

/** By the ending of a file's name, in lower case. Source: Dify's own lists (api/constants/__init__.py). */
const kindByEnding = new Map<string, FileKind>(
  Object.entries({
    image: "jpg jpeg png webp gif svg",
    document:
      "txt md mdx markdown pdf html htm xlsx xls vtt properties doc docx csv eml msg ppt pptx xml epub",
    audio: "mp3 m4a wav amr mpga aac",
    video: "mp4 mov mpeg webm",
  } satisfies Partial<Record<FileKind, string>>).flatMap(([kind, endings]) =>
    endings.split(" ").map((ending) => [ending, kind as FileKind] as const),
  ),
);

/** The kind of a file by its name or address. */
export const kindOfFile = (name: string): FileKind =>
  kindByEnding.get(/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? "") ?? "custom";
