import { kindOfFile } from "#core/message/question-file.ts";

/** In characters. Dify cuts names after 200. */
const maxNameCharacters = 128;

/** What file systems, headers and Dify do not accept in a name, and what is not shown. */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}/\\:*?"<>|]/gu;

const isKnown = (extension: string): boolean => kindOfFile({ name: `x.${extension}`, url: "" }) !== "custom";

const splitName = (name: string): readonly [stem: string, extension: string] => {
  const [, stem = name, extension = ""] = /^(.*)\.(\w{1,16})$/s.exec(name) ?? [];
  return [stem, extension];
};

/** A name without a path or characters that are not safe, and with an extension if the media type has one: pasted pictures have none. */
export const cleanFileName = (name: string, mediaType: string): string => {
  const base = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  const [given, givenExtension] = splitName(base.replaceAll(unsafe, "").trim());
  const [, subtype = ""] = mediaType.split("/");
  const extension = givenExtension || (isKnown(subtype) ? subtype : "");
  const stem = [...given].slice(0, maxNameCharacters).join("").replace(/^\.+/, "") || "file";
  return extension === "" ? stem : `${stem}.${extension}`;
};
