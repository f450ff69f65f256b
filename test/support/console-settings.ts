import { functionNames } from "../../lib/function-names.ts";

/** The setting `console` of a deployment that has one. */
export const consoleSettings = {
  issuer: "https://idp.example.com",
  clientId: "console-client",
  allowedEmails: ["operator@example.com"],
};

/** The functions of a deployment without that setting. */
export const namesWithoutConsole = functionNames.filter((name) => name !== "console");
