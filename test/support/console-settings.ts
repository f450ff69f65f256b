/** The setting `console` of a deployment that has one. */
export const consoleSettings = {
  issuer: "https://idp.example.com",
  clientId: "console-client",
  allowedEmails: ["operator@example.com"],
};
