import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { commandEntries } from "#core/bot/commands.ts";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { limitEntries } from "#core/bot/limits.ts";
import { mergeEntries } from "#core/bot/merge-options.ts";
import {
  answerOptions,
  commonOptions,
  filterEntries,
  optionsByType,
  triggerOptions,
} from "#core/bot/options.ts";
import { configSchema } from "../../lib/config/schema.ts";
import { settingsSchema } from "../../local/settings.ts";
import { fieldTable } from "./field-table.ts";

/** Options that only some types have, with a heading for each set of types. */
const typeOptions = (): string =>
  [...Map.groupBy(integrationTypes, (type) => optionsByType[type])]
    .filter(([schema]) => schema !== commonOptions)
    .map(([schema, types]) => {
      const [, { entries }] = schema.pipe;
      const own = Object.entries(entries).filter(([name]) => !(name in commonOptions.pipe[1].entries));
      return `### ${types.map((type) => `\`${type}\``).join(", ")}\n\n${fieldTable("option", Object.fromEntries(own))}`;
    })
    .join("\n\n");

/** The generated sections of each page, by the names in their markers. */
const pages: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  "docs/configuration.md": {
    "stage settings": () => fieldTable("setting", configSchema.entries),
    "local settings": () => fieldTable("variable", settingsSchema.entries),
  },
  "docs/options.md": {
    "trigger options": () => fieldTable("option", triggerOptions),
    "filter fields": () => fieldTable("field", filterEntries),
    "answer options": () => fieldTable("option", answerOptions),
    "limit fields": () => fieldTable("field", limitEntries),
    "command fields": () => fieldTable("field", commandEntries),
    "merge fields": () => fieldTable("field", mergeEntries),
    "options of one type": typeOptions,
  },
};

/** Matches one section: its name, and the text between its markers. */
const section = /(<!-- generated: npm run docs \((.*?)\) -->\n).*?(<!-- end -->)/gs;

export interface GeneratedPage {
  /** Path from the project's root. */
  readonly path: string;
  readonly file: string;
  /** As in the working tree. */
  readonly current: string;
  /** With sections generated from the schemas. */
  readonly expected: string;
}

/** Reads a page and generates its sections. @throws Error if the page lacks a section, repeats one or has an unknown one. */
const readPage = (path: string, sections: Readonly<Record<string, () => string>>): GeneratedPage => {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const current = readFileSync(file, "utf8");
  const names = [...current.matchAll(section)].map(([, , name]) => name);
  if (names.toSorted().join() !== Object.keys(sections).toSorted().join())
    throw new Error(`${path} must have these sections: ${Object.keys(sections).join(", ")}`);
  const expected = current.replaceAll(
    section,
    (_, start: string, name: string, end: string) => `${start}\n${sections[name]?.()}\n\n${end}`,
  );
  return { path, file, current, expected };
};

/** Pages in docs/ with tables that are generated from schemas. */
export const generatedPages = (): GeneratedPage[] =>
  Object.entries(pages).map(([path, sections]) => readPage(path, sections));
