/** File kinds, as Dify defines them. */
export const fileKinds = ["image", "document", "audio", "video", "custom"] as const;
export type FileKind = (typeof fileKinds)[number];

/** How many files a question may have. */
export const maxQuestionFiles = 10;

/** A file at a URL that the model's server fetches. */
export interface LinkedFile {
  readonly kind: FileKind;
  readonly url: string;
}

/** A file that the model's server already has. */
export interface UploadedFile {
  readonly kind: FileKind;
  /** As the server names it, for the user who uploaded it. */
  readonly uploadId: string;
}

/** A file sent with a question. */
export type QuestionFile = LinkedFile | UploadedFile;

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

/** Of a name, or of a URL that a client gives as the name. */
const extensionOf = (name: string): string => (/\.(\w+)$/.exec(name) ?? /\.(\w+)[?#]/.exec(name))?.[1] ?? "";

/** What RongCloud's clients send as a file's `type`: an extension, with or without a dot, or a media type. */
const kindOfType = (type: string): FileKind | undefined => {
  const [kind = "", subtype] = type.trim().toLowerCase().split("/");
  if (subtype === undefined) return kindByExtension.get(kind.replace(/^\./, ""));
  const ofMediaType = fileKinds.find((each) => each === kind);
  return ofMediaType ?? kindByExtension.get(subtype);
};

/** The kind of a file by its type, its name and the path of its URL, in this order. */
export const kindOfFile = ({
  type = "",
  name = "",
  url,
}: {
  readonly type?: string | undefined;
  readonly name?: string | undefined;
  readonly url: string;
}): FileKind => {
  const path = URL.parse(url)?.pathname ?? "";
  const extensions = [name, path].map((each) => extensionOf(each).toLowerCase());
  return (
    [kindOfType(type), ...extensions.map((extension) => kindByExtension.get(extension))].find(
      (kind) => kind !== undefined,
    ) ?? "custom"
  );
};
