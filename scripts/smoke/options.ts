import { parseArgs } from "node:util";
import { SettingsError } from "../../local/settings.ts";

export interface SmokeOptions {
  /** Base URL without a trailing slash; it may contain a stage. */
  readonly url: string;
  readonly appKey: string;
  readonly appSecret: string;
  /** Undefined: the local simulator answers, or the bot is not asked. */
  readonly dify: { readonly apiUrl: string; readonly apiKey: string } | undefined;
  /** Whether the URL is that of a local run, which has simulators. */
  readonly isLocal: boolean;
}

const usage = "APP_KEY=… APP_SECRET=… npm run smoke -- --url https://…";
const usageError = (problem: string): SettingsError => new SettingsError(`${problem}. Usage: ${usage}`);

const localHosts = new Set(["127.0.0.1", "localhost", "[::1]"]);

const parseUrl = (args: readonly string[]): string => {
  try {
    return parseArgs({ args: [...args], options: { url: { type: "string" } } }).values.url ?? "";
  } catch (error) {
    const [problem = ""] = String(error instanceof Error ? error.message : error).split(/\.\s/);
    throw usageError(problem);
  }
};

/**
 * Parses the command line and the environment.
 * @throws SettingsError with a one-line message that contains no secret.
 */
export const readOptions = (args: readonly string[], environment: NodeJS.ProcessEnv): SmokeOptions => {
  const given = parseUrl(args);
  const url = URL.parse(given);
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "" || url.username !== "")
    throw usageError(
      "--url must be the bridge's URL, such as https://….execute-api.us-east-1.amazonaws.com/dev",
    );
  const isLocal = localHosts.has(url.hostname);
  if (!isLocal && url.protocol !== "https:") throw usageError("--url must be https, except for localhost");

  const appKey = environment.APP_KEY || (isLocal ? "local-app-key" : "");
  const appSecret = environment.APP_SECRET || (isLocal ? "local-app-secret" : "");
  if (appKey === "" || appSecret === "")
    throw usageError("APP_KEY and APP_SECRET must be those of an app of the deployment");

  const { DIFY_API_URL: apiUrl = "", DIFY_API_KEY: apiKey = "" } = environment;
  if ((apiUrl === "") !== (apiKey === ""))
    throw usageError("DIFY_API_URL and DIFY_API_KEY go together: give both or neither");
  return {
    url: given.replace(/\/+$/, ""),
    appKey,
    appSecret,
    dify: apiUrl === "" ? undefined : { apiUrl, apiKey },
    isLocal,
  };
};
