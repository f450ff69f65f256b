import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildInChild } from "../builds/build-in-child.ts";

export interface PageSettings {
  readonly bridgeUrl: string;
  readonly botId: string;
  readonly userId: string;
}

export interface PageFile {
  readonly type: string;
  readonly body: string | Uint8Array;
}

export type PageFiles = ReadonlyMap<string, PageFile>;

const pathOf = (name: string): string => fileURLToPath(new URL(`../../console/${name}`, import.meta.url));

const bundlePage = async (settings: PageSettings): Promise<Uint8Array> => {
  const folder = await mkdtemp(join(tmpdir(), "bot-bridge-page-"));
  try {
    const outfile = join(folder, "page.js");
    await buildInChild("page", { outfile, settings });
    return await readFile(outfile);
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** The page's files by path. The settings are compiled into its script. */
export const makePageFiles = async (settings: PageSettings): Promise<PageFiles> => {
  const [html, css, script] = await Promise.all([
    readFile(pathOf("index.html"), "utf8"),
    readFile(pathOf("style.css"), "utf8"),
    bundlePage(settings),
  ]);
  return new Map([
    ["/", { type: "text/html; charset=utf-8", body: html }],
    ["/style.css", { type: "text/css; charset=utf-8", body: css }],
    ["/page.js", { type: "text/javascript; charset=utf-8", body: script }],
  ]);
};
