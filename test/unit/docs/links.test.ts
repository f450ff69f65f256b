import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "@jest/globals";
import GithubSlugger from "github-slugger";
import { marked, type Token } from "marked";
import { projectRoot } from "../../support/local-run.ts";

const skippedFolders = new Set(["node_modules", "cdk.out", "dist"]);

const markdownFilesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return entry.name.endsWith(".md") ? [path] : [];
    const isSkipped =
      skippedFolders.has(entry.name) || (entry.name.startsWith(".") && entry.name !== ".github");
    return isSkipped ? [] : markdownFilesIn(path);
  });

interface Page {
  /** The targets of all links and images, as written. */
  readonly targets: readonly string[];
  /** Inline code. */
  readonly codes: readonly string[];
  /** The anchors that GitHub gives the headings. */
  readonly anchors: ReadonlySet<string>;
}

/** The text of a heading without its markup. */
const plainText = (tokens: readonly Token[]): string =>
  tokens
    .map((token) =>
      "tokens" in token && token.tokens ? plainText(token.tokens) : "text" in token ? token.text : "",
    )
    .join("");

const parsePage = (path: string): Page => {
  const slugger = new GithubSlugger();
  const targets: string[] = [];
  const codes: string[] = [];
  const anchors = new Set<string>();
  marked.walkTokens(marked.lexer(readFileSync(path, "utf8")), (token) => {
    if (token.type === "heading") anchors.add(slugger.slug(plainText(token.tokens ?? [])));
    if (token.type === "link" || token.type === "image") targets.push(token.href);
    if (token.type === "codespan") codes.push(token.text);
    if (token.type === "html") {
      for (const [, target = ""] of token.raw.matchAll(/\b(?:src|href)="([^"]+)"/g)) targets.push(target);
    }
  });
  return { targets, codes, anchors };
};

const pages = new Map(markdownFilesIn(projectRoot).map((path) => [path, parsePage(path)]));
const pageNames = [...pages.keys()].map((path) => relative(projectRoot, path)).toSorted();

/** A path from the repository's root, without placeholders. */
const ownPath =
  /^(?:bench|bin|client|console|docs|examples|functions|lib|local|openapi|scripts|test)\/[\w./-]+$/;
const isGenerated = (path: string): boolean => path.startsWith("client/dist");

const isAbsolute = (target: string): boolean => /^[a-z][a-z\d+.-]*:/i.test(target);
/** A file on a branch, which a relative link would name; issues, releases and comparisons are not files. */
const ownFile =
  /^https?:\/\/(?:github|raw\.githubusercontent)\.com\/[^/]+\/dify-bot-bridge\/(?:blob|tree|raw|main)\b/;

const pageAt = (name: string): Page => {
  const page = pages.get(join(projectRoot, name));
  if (!page) throw new Error(`there is no ${name}`);
  return page;
};

const fault = (name: string, target: string): string | undefined => {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? join(projectRoot, name) : resolve(projectRoot, dirname(name), decodeURI(path));
  if (!existsSync(file)) return `${target}: no such file`;
  if (anchor === undefined || extname(file) !== ".md") return undefined;
  return pages.get(file)?.anchors.has(anchor) ? undefined : `${target}: no such heading`;
};

describe.each(pageNames)("%s", (name) => {
  test("has only relative links that lead to a file and a heading", () => {
    const relativeTargets = pageAt(name).targets.filter((target) => !isAbsolute(target));
    expect(relativeTargets.flatMap((target) => fault(name, target) ?? [])).toEqual([]);
  });

  test("names only files of this repository that exist", () => {
    const paths = pageAt(name).codes.filter((code) => ownPath.test(code) && !isGenerated(code));
    expect(paths.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
  });

  test("links to files of this repository by relative paths", () => {
    expect(pageAt(name).targets.filter((target) => ownFile.test(target))).toEqual([]);
  });
});

describe("the index of docs", () => {
  const linkedFrom = (name: string): string[] =>
    pageAt(name)
      .targets.filter((target) => !isAbsolute(target))
      .map((target) => resolve(projectRoot, dirname(name), target.split("#")[0] ?? ""))
      .map((path) => (existsSync(path) && statSync(path).isDirectory() ? join(path, "README.md") : path))
      .map((path) => relative(projectRoot, path));
  const pagesIn = (folder: string): string[] =>
    pageNames.filter((name) => name.startsWith(folder) && name !== `${folder}README.md`);

  test("links to every page but the decision records, which have an index of their own", () => {
    const linked = new Set(linkedFrom("docs/README.md"));
    const pagesOfIndex = pagesIn("docs/").filter((name) => !/^docs\/adr\/\d/.test(name));
    expect(pagesOfIndex.filter((name) => !linked.has(name))).toEqual([]);
  });

  test("lists every decision record in its own table", () => {
    const linked = new Set(linkedFrom("docs/adr/README.md"));
    expect(pagesIn("docs/adr/").filter((name) => !linked.has(name))).toEqual([]);
  });
});
