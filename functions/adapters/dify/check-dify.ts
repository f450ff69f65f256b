import * as v from "valibot";
import { describeCallFailure, describeServerStatus } from "#adapters/model-api/describe-failure.ts";
import type { Model } from "#core/answer/model.ts";
import {
  type CheckedApp,
  type DeclaredInput,
  failed,
  type InputFault,
  type IntegrationCheck,
  passed,
} from "#core/bot/integration-report.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { typesOfMode } from "./app-modes.ts";
import { type CallDifyPorts, type DifyReply, errorBody, makeCallDify } from "./call-dify.ts";
import { declaredInputs } from "./declared-inputs.ts";
import { type AppParameters, acceptsFiles, appParameters } from "./input-form.ts";

/** Before 1.0 without the mode. */
const appInfo = v.object({
  name: v.string(),
  description: v.optional(v.string(), ""),
  mode: v.optional(v.string()),
});

const maxNameCharacters = 200;
const maxDescriptionCharacters = 2_000;
/** Of each input; the array has at most 1,000 already. */
const maxInputs = 100;

/** A text of Dify's that is shown to the caller: without the key that the call had, and not longer than this. */
const shownText = (text: string, apiKey: string, maxCharacters: number): string =>
  text.replaceAll(apiKey, "****").slice(0, maxCharacters).toWellFormed();

const notDify =
  "is not the API of a Dify app. The base URL is on the app's page API Access in Dify, and ends in /v1.";

/** A reply, or the sentence why there is none. */
type Called = DifyReply | string;

/** Why the address is not that of a Dify server that works; undefined if it is. */
const unreachable = (info: Called): string | undefined => {
  if (typeof info === "string") return info;
  const { status, json } = info;
  const ofServer = describeServerStatus(status);
  if (ofServer !== undefined) return ofServer;
  if (status === 200 ? v.is(appInfo, json) : v.is(v.object({ code: v.string() }), json)) return undefined;
  return `${status}: what answers there ${notDify}`;
};

const unauthorized =
  "401: the API key was rejected. Copy an API key of the app from Dify: API Access, API Key.";
const forbidden =
  "403: the app does not serve its API. Turn it on in Dify, on the app's page; if the app or its workspace was removed, use another one.";
const unpublished =
  "400: the app has no published version. Publish it in Dify, and check that it has a model.";

const modeCheck = (mode: string | undefined, type: DifyType): IntegrationCheck => {
  if (mode === undefined)
    return passed("mode", `The app does not say its mode, as before Dify 1.0. Check that it fits ${type}.`);
  const types = typesOfMode(mode);
  const named = JSON.stringify(mode);
  if (types === undefined)
    return passed("mode", `The app's mode is ${named}, which the bridge does not know.`);
  if (types.includes(type)) return passed("mode", `The app's mode is ${named}, which ${type} can ask.`);
  return failed(
    "mode",
    `The app's mode is ${named}, which ${type} cannot ask. Use the type ${types.join(" or ")}.`,
  );
};

const publishedCheck = (called: Called): IntegrationCheck => {
  if (typeof called === "string")
    return failed("published", `The app's settings could not be read. ${called}`);
  const { status, json } = called;
  if (status === 200) return passed("published", "The app is published.");
  if (status === 403) return failed("published", forbidden);
  const body = v.safeParse(errorBody, json);
  const isUnpublished = status === 400 && body.success && body.output.code === "app_unavailable";
  return failed(
    "published",
    isUnpublished
      ? unpublished
      : (describeServerStatus(status) ?? `${status}: Dify did not return the app's settings.`),
  );
};

/** In the order of the problem's certainty. */
const describeFault = ({ name, filledBy, maxLength }: DeclaredInput, fault: InputFault): string => {
  switch (fault) {
    case "missing":
      return `${name} is required, and nothing fills it: add metadata ${name} to the bot, or make it optional`;
    case "too_short":
      return `${name} allows ${maxLength} characters, and ${filledBy} can have more: raise its limit, or make it a paragraph`;
    case "wrong_option":
      return `${name} has options, and ${filledBy} can be another value`;
    case "wrong_type":
      return `${name} does not accept the text that ${filledBy} fills it with`;
  }
};

const inputsCheck = (inputs: readonly DeclaredInput[]): IntegrationCheck => {
  const problems = inputs.flatMap((input) => (input.fault ? describeFault(input, input.fault) : []));
  if (problems.length > 0) return failed("inputs", `Dify would refuse questions: ${problems.join("; ")}.`);
  if (inputs.length === 0) return passed("inputs", "The app declares no inputs.");
  const filled = inputs.filter(({ filledBy }) => filledBy !== null).length;
  return passed("inputs", `The app declares ${inputs.length} inputs, of which the bridge fills ${filled}.`);
};

const filesCheck = (parameters: AppParameters, apiKey: string): IntegrationCheck => {
  if (!acceptsFiles(parameters))
    return passed("files", "The app accepts no files: a question with a file is not answered.");
  const { allowed_file_types: allowed = [], number_limits: limit } = parameters.file_upload ?? {};
  const types = allowed.length > 0 ? shownText(allowed.join(", "), apiKey, maxNameCharacters) : "images";
  return passed(
    "files",
    `The app accepts files (${types})${limit === undefined ? "" : `, ${limit} at most`}.`,
  );
};

const shownInput = (input: DeclaredInput, apiKey: string): DeclaredInput => {
  const shown = (text: string): string => shownText(text, apiKey, maxNameCharacters);
  return { ...input, label: shown(input.label), type: shown(input.type), options: input.options.map(shown) };
};

/** Tests whether a Dify app would answer, without asking it: by `GET /info` and `GET /parameters`. */
export const makeCheckDify = (ports: CallDifyPorts): NonNullable<Model<DifyType>["check"]> => {
  const callDify = makeCallDify(ports);

  return async ({ integration, bot, signal }) => {
    const { type, apiKey } = integration;
    const get = (path: string): Promise<Called> =>
      callDify({ integration, method: "GET", path, signal }).catch((error: unknown) =>
        describeCallFailure(error instanceof BridgeError ? error.cause : error),
      );
    const [info, settings] = await Promise.all([get("info"), get("parameters")]);

    const fault = unreachable(info);
    if (fault !== undefined || typeof info === "string")
      return { checks: [failed("reachable", fault ?? "")] };
    const reachable = passed("reachable", "Dify answers.");
    if (info.status === 401) return { checks: [reachable, failed("key", unauthorized)] };
    const key = passed("key", "Dify knows the API key.");
    const described = v.safeParse(appInfo, info.json);
    if (info.status === 403) return { checks: [reachable, key, failed("published", forbidden)] };
    if (!described.success)
      return {
        checks: [reachable, failed("published", `${info.status}: Dify did not return the app's name.`)],
      };

    const { name, mode, description } = described.output;
    const app: CheckedApp = {
      name: shownText(name, apiKey, maxNameCharacters),
      mode: mode === undefined ? null : shownText(mode, apiKey, maxNameCharacters),
      description: shownText(description, apiKey, maxDescriptionCharacters),
    };
    const begun = [reachable, key, modeCheck(app.mode ?? undefined, type), publishedCheck(settings)];
    const parameters = v.safeParse(appParameters, typeof settings === "string" ? undefined : settings.json);
    if (typeof settings === "string" || settings.status !== 200 || !parameters.success)
      return { checks: begun, app };
    const form = parameters.output.user_input_form.slice(0, maxInputs);
    const inputs = declaredInputs(form, integration, bot).map((input) => shownInput(input, apiKey));
    return {
      checks: [...begun, inputsCheck(inputs), filesCheck(parameters.output, apiKey)],
      app,
      inputs,
    };
  };
};
