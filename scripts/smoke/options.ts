import { parseArgs } from "node:util";
import { SettingsError } from "../../local/settings.ts";

export interface SmokeOptions {
  /** Without a slash at its end; a stage may be part of it. */
  readonly url: string;
  readonly appKey: string;
  readonly appSecret: string;
  /** Undefined: this machine's simulator answers, or nobody is asked. */
  readonly dify: { readonly apiUrl: string; readonly apiKey: string } | undefined;
  /** Whether the address is a local run's, which has simulators. */
  readonly isLocal: boolean;
}

const usage = "APP_KEY=… APP_SECRET=… npm run smoke -- --url https://…";
const usageError = (what: string): SettingsError => new SettingsError(`${what}. Usage: ${usage}`);

const thisMachine = new Set(["127.0.0.1", "localhost", "[::1]"]);

const parseUrl = (args: readonly string[]): string => {
  try {
    return parseArgs({ args: [...args], options: { url: { type: "string" } } }).values.url ?? "";
  } catch (error) {
    const [what = ""] = String(error instanceof Error ? error.message : error).split(/\.\s/);
    throw usageError(what);
  }
};

/**
 * What the command line and the environment ask for.
 * @throws SettingsError whose message is the one line that a person needs, and holds no secret.
 */
export const readOptions = (args: readonly string[], environment: NodeJS.ProcessEnv): SmokeOptions => {
  const given = parseUrl(args);
  const url = URL.parse(given);
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "" || url.username !== "")
    throw usageError(
      "--url must be where the bridge is, such as https://….execute-api.us-east-1.amazonaws.com/dev",
    );
  const isLocal = thisMachine.has(url.hostname);
  if (!isLocal && url.protocol !== "https:") throw usageError("--url must be https outside this machine");

  const appKey = environment.APP_KEY || (isLocal ? "local-app-key" : "");
  const appSecret = environment.APP_SECRET || (isLocal ? "local-app-secret" : "");
  if (appKey === "" || appSecret === "")
    throw usageError("APP_KEY and APP_SECRET must name an app of the deployment");

  const { DIFY_API_URL: apiUrl = "", DIFY_API_KEY: apiKey = "" } = environment;
  if ((apiUrl === "") !== (apiKey === "")) throw usageError("DIFY_API_URL and DIFY_API_KEY go together");
  return {
    url: given.replace(/\/+$/, ""),
    appKey,
    appSecret,
    dify: apiUrl === "" ? undefined : { apiUrl, apiKey },
    isLocal,
  };
};
