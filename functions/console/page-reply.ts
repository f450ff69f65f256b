import type { ConsoleReply } from "./console-reply.ts";
import { encodings, type PageFiles } from "./page-files.ts";

/** Whether an `Accept-Encoding` header names the encoding. One with a weight of 0 is refused (RFC 9110, 12.5.3). */
const accepts = (header: string | undefined, encoding: string): boolean =>
  (header ?? "").split(",").some((part) => {
    const [name = "", ...parameters] = part.split(";").map((each) => each.trim().toLowerCase());
    return name === encoding && !parameters.some((each) => /^q=0(?:\.0*)?$/.test(each));
  });

/** The names of assets contain a hash of their contents. A cache that others share must not keep what needs a session. */
const cachingOf = (path: string): string =>
  path.startsWith("assets/") ? "private, max-age=31536000, immutable" : "no-store";

/** Undefined if the page has no such file. */
export const pageReply = (
  files: PageFiles,
  path: string,
  acceptEncoding: string | undefined,
): ConsoleReply | undefined => {
  const file = files.get(path);
  if (!file) return undefined;
  const encoding = encodings.find(({ name }) => file.encoded.has(name) && accepts(acceptEncoding, name));
  const encoded = encoding && file.encoded.get(encoding.name);
  return {
    status: 200,
    headers: {
      "content-type": file.contentType,
      "cache-control": cachingOf(path),
      ...(file.encoded.size > 0 && { vary: "accept-encoding" }),
      ...(encoding && { "content-encoding": encoding.name }),
    },
    body: encoded ?? file.body,
  };
};
