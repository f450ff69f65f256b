/** File kinds, as Dify defines them. */
export const fileKinds = ["image", "document", "audio", "video", "custom"] as const;
export type FileKind = (typeof fileKinds)[number];

/** A file sent with a question, as a URL that the model's server fetches. */
export interface QuestionFile {
  readonly kind: FileKind;
  readonly url: string;
}

/** File extensions, in lower case. Source: Dify's lists (api/constants/__init__.py). */
const extensionsByKind: readonly (readonly [FileKind, string])[] = [
  ["image", "jpg jpeg png webp gif svg"],
  [
    "document",
    "txt md mdx markdown pdf html htm xlsx xls vtt properties doc docx csv eml msg ppt pptx xml epub",
  ],
  ["audio", "mp3 m4a wav amr mpga aac"],
  ["video", "mp4 mov mpeg webm"],
];

const kindByExtension = new Map(
  extensionsByKind.flatMap(([kind, extensions]) =>
    extensions.split(" ").map((extension) => [extension, kind] as const),
  ),
);

/** The kind of a file, by its name or URL. */
export const kindOfFile = (name: string): FileKind =>
  kindByExtension.get(/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? "") ?? "custom";
