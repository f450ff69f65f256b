import type { ApiCall } from "./api-call.ts";
import { shellQuote } from "./shell-quote.ts";

export type Headers = Readonly<Record<string, string>>;

/** Values that a form has unencoded, and that `-d` therefore sends as they are. */
const unreserved = /^[A-Za-z0-9._:-]+$/;

const maxLineCharacters = 80;

const formOption = ([name, value]: [string, string]): string =>
  unreserved.test(value) ? `-d ${name}=${value}` : `--data-urlencode ${shellQuote(`${name}=${value}`)}`;

const jsonOption = (json: object): string => {
  const line = JSON.stringify(json);
  return `-d ${shellQuote(line.length <= maxLineCharacters ? line : JSON.stringify(json, null, 2))}`;
};

const bodyOptions = ({ body }: ApiCall): string[] => {
  if (body === undefined) return [];
  if ("form" in body) return Object.entries(body.form).map(formOption);
  return ["-H 'Content-Type: application/json'", jsonOption(body.json)];
};

const headerOption = ([name, value]: [string, string]): string => `-H ${shellQuote(`${name}: ${value}`)}`;

/** The program and the address; -N shows the events of a stream as they come. */
const curlOf = (call: ApiCall, bridgeUrl: string): string =>
  `curl ${call.isStream ? "-N " : ""}${shellQuote(`${bridgeUrl}${call.path}`)}`;

const joined = (lines: readonly string[]): string => lines.join(" \\\n  ");

/** A command for a POSIX shell that makes the call. `headers` authenticate it. */
export const curlCommand = (call: ApiCall, bridgeUrl: string, headers: Headers): string =>
  joined([curlOf(call, bridgeUrl), ...Object.entries(headers).map(headerOption), ...bodyOptions(call)]);

/** The same for a local run, whose App Secret the project's folder knows: it signs itself, each time that it runs. */
export const selfSigningCommand = (call: ApiCall, bridgeUrl: string): string =>
  joined([`npm run -s sign | ${curlOf(call, bridgeUrl)}`, "-H @-", ...bodyOptions(call)]);
