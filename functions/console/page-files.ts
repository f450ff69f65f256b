import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";

const contentTypes = new Map([
  [".css", "text/css; charset=utf-8"],
  [".html", "text/html; charset=utf-8"],
  [".ico", "image/x-icon"],
  [".js", "text/javascript; charset=utf-8"],
  [".json", "application/json; charset=utf-8"],
  [".png", "image/png"],
  [".svg", "image/svg+xml"],
  [".ttf", "font/ttf"],
  [".webmanifest", "application/manifest+json"],
  [".woff", "font/woff"],
  [".woff2", "font/woff2"],
]);

/** The build's compressed copies of a file (lib/console-page/compress-files.ts), the smaller one first. */
export const encodings = [
  { name: "br", extension: ".br" },
  { name: "gzip", extension: ".gz" },
] as const;
type Encoding = (typeof encodings)[number];

interface PageFile {
  readonly contentType: string;
  readonly body: Buffer;
  readonly encoded: ReadonlyMap<Encoding["name"], Buffer>;
}

/** The files of the built page, by their path relative to it. */
export type PageFiles = ReadonlyMap<string, PageFile>;

export const pageName = "index.html";

/** Reads all files of a built page into memory. Requests can name no others. */
export const readPageFiles = async (folder: string): Promise<PageFiles> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const contents = new Map(
    await Promise.all(
      entries
        .filter((entry) => entry.isFile())
        .map(async ({ parentPath, name }): Promise<[string, Buffer]> => {
          const file = join(parentPath, name);
          return [relative(folder, file).split(sep).join("/"), await readFile(file)];
        }),
    ),
  );
  const encodedOf = (path: string) =>
    new Map(
      encodings.flatMap(({ name, extension }) => {
        const body = contents.get(`${path}${extension}`);
        return body ? [[name, body] as const] : [];
      }),
    );
  const isCopy = (path: string): boolean =>
    encodings.some(
      ({ extension }) => path.endsWith(extension) && contents.has(path.slice(0, -extension.length)),
    );
  return new Map(
    [...contents].flatMap(([path, body]) => {
      if (isCopy(path)) return [];
      const contentType = contentTypes.get(extname(path)) ?? "application/octet-stream";
      return [[path, { contentType, body, encoded: encodedOf(path) }]];
    }),
  );
};
