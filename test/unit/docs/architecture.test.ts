import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { projectRoot } from "../../support/local-run.ts";

const generatedFolders = new Set(["node_modules", "cdk.out"]);

const foldersIn = (path: string): string[] =>
  readdirSync(join(projectRoot, path), { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && !entry.name.startsWith(".") && !generatedFolders.has(entry.name),
    )
    .map(({ name }) => name)
    .toSorted();

/** The folders of the tree in docs/architecture.md, by the path of the folder that they are in; "" is the repository. */
const documentedFolders = (): Map<string, string[]> => {
  const page = readFileSync(join(projectRoot, "docs/architecture.md"), "utf8");
  const tree = /^## Folders$[\s\S]*?^```\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? "";
  const folders = new Map<string, string[]>();
  const parents: string[] = [];
  for (const [, indent = "", name = ""] of tree.matchAll(/^( *)([\w-]+)\/ /gm)) {
    parents.splice(indent.length / 2);
    const parent = parents.join("/");
    folders.set(parent, [...(folders.get(parent) ?? []), name]);
    parents.push(name);
  }
  return folders;
};

test("the tree in docs/architecture.md names every folder of the repository, of functions, core and adapters", () => {
  const documented = documentedFolders();
  expect([...documented.keys()].toSorted()).toEqual([
    "",
    "functions",
    "functions/adapters",
    "functions/core",
  ]);
  for (const [path, names] of documented)
    expect({ path, names: names.toSorted() }).toEqual({ path, names: foldersIn(path) });
});

test("the tree in docs/architecture.md lists the rooms of core in the order in which they may import", () => {
  const rules = readFileSync(join(projectRoot, "biome.json"), "utf8");
  const rooms = [...rules.matchAll(/"functions\/core\/(\w+)\/\*\*"/g)].map(([, room]) => room);
  expect(documentedFolders().get("functions/core")).toEqual(rooms);
});
