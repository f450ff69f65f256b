import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

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
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [pathOf("page.ts")],
    bundle: true,
    write: false,
    platform: "browser",
    target: "es2022",
    format: "esm",
    sourcemap: "inline",
    define: { pageSettings: JSON.stringify(settings) },
    logLevel: "warning",
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
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
