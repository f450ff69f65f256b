import type { Construct } from "constructs";
import { makeChatFunctions } from "./api-functions/chat-api.ts";
import { makeConsoleFunction } from "./api-functions/console.ts";
import { rongcloudEnvironment } from "./api-functions/environments.ts";
import { type ApiFunctionsParts, makeFunctionFactory } from "./api-functions/factory.ts";
import { makeServerFunctions } from "./api-functions/server-api.ts";

/** Creates the functions behind the API's routes, each with its own permissions. */
export const makeApiFunctions = (scope: Construct, parts: ApiFunctionsParts) => {
  const factory = makeFunctionFactory(scope, parts);
  return {
    ...makeServerFunctions(factory, parts),
    ...makeChatFunctions(factory, parts),
    console: makeConsoleFunction(factory, parts),
    about: factory.makeFunction("About", "about", "Serves the OpenAPI document and the health check"),
    unknownPath: factory.signedFunction(
      "UnknownPath",
      "unknown-path",
      "Forwards unknown paths to RongCloud, or answers 404",
      rongcloudEnvironment(parts.config),
    ),
  };
};

export type ApiFunctions = ReturnType<typeof makeApiFunctions>;
