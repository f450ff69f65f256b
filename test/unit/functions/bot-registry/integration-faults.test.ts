import { describe, expect, test } from "@jest/globals";
import { eventTypes } from "#core/bot/event-type.ts";
import { added, botUpdate, changed, newBot } from "./integration-requests.ts";
import { dify, type Fields, notAnOption, oneOfTheTypes, urlOf, webhook } from "./samples.ts";

type Fault = readonly [what: string, integration: Fields, code: number, message: string];

const oneOfTheEvents = `must be one of ${eventTypes.join(", ")}`;
const textsOf = (count: number): string[] => Array.from({ length: count }, (_, at) => `app:${at}`);

const wrong: readonly Fault[] = [
  ["of no type", webhook({ type: undefined }), 1002, "type: is required, got nothing"],
  ["of an unknown type", webhook({ type: "dify" }), 1002, `type: ${oneOfTheTypes}, got "dify"`],
  [
    "of a type that is a list",
    webhook({ type: ["webhook"] }),
    1002,
    `type: ${oneOfTheTypes}, got an array of 1 item`,
  ],
  [
    "with a callbackUrl that is none",
    webhook({ callbackUrl: "yourserver" }),
    1002,
    'callbackUrl: must be a URL, got "yourserver"',
  ],
  [
    "with a callbackUrl into the network",
    dify({ callbackUrl: "https://169.254.169.254/" }),
    1002,
    'callbackUrl: must not be a private or reserved IP address, got "https://169.254.169.254/"',
  ],
  ["with an empty callbackUrl", webhook({ callbackUrl: "" }), 1002, 'callbackUrl: must not be empty, got ""'],
  [
    "with a callbackUrl of 1025 characters",
    webhook({ callbackUrl: urlOf(1025) }),
    1005,
    "callbackUrl: at most 1024 characters, got 1025 characters",
  ],
  [
    "that is enabled by a text",
    webhook({ enabled: "true" }),
    1002,
    'enabled: must be true or false, got "true"',
  ],
  ["that streams by a number", webhook({ stream: 1 }), 1002, "stream: must be true or false, got 1"],
  [
    "with objectNames as a text",
    webhook({ objectNames: "RC:TxtMsg" }),
    1002,
    'objectNames: must be an array, got "RC:TxtMsg"',
  ],
  [
    "with an objectName of 33 characters",
    webhook({ objectNames: ["RC:TxtMsg", "x".repeat(33)] }),
    1005,
    "objectNames[1]: at most 32 characters, got 33 characters",
  ],
  [
    "with 65 objectNames",
    webhook({ objectNames: textsOf(65) }),
    1002,
    "objectNames: at most 64 entries, got 65",
  ],
  ["with an event that is none", webhook({ events: [7] }), 1002, "events[0]: must be a string, got 7"],
  [
    "with an unknown event",
    webhook({ events: ["message:private", "message:any"] }),
    1002,
    `events[1]: ${oneOfTheEvents}, got "message:any"`,
  ],
  [
    "with an option called as every object's own",
    webhook({ options: { toString: true } }),
    1002,
    `options.toString: ${notAnOption("webhook")}, got "toString"`,
  ],
  ["with options as a text", dify({ options: "x" }), 1002, 'options: must be an object, got "x"'],
  ["with options as a list", webhook({ options: [] }), 1002, "options: must be an object, got []"],
  [
    "with auth as a text",
    dify({ auth: "app-1234567890" }),
    1002,
    "auth: must be an object with an apiKey, got a string of 14 characters",
  ],
  [
    "with a key of digits",
    dify({ auth: { apiKey: 12345678 } }),
    1002,
    "auth.apiKey: must be a string, got a number",
  ],
  [
    "with an empty key",
    dify({ auth: { apiKey: "" } }),
    1002,
    "auth.apiKey: must not be empty, got a string of 0 characters",
  ],
  [
    "with a key that breaks a line",
    dify({ auth: { apiKey: "app-1\n" } }),
    1002,
    "auth.apiKey: must contain only visible ASCII characters, got a string of 6 characters",
  ],
  [
    "with a key of 513 characters",
    dify({ auth: { apiKey: "k".repeat(513) } }),
    1005,
    "auth.apiKey: at most 512 characters, got 513 characters",
  ],
];

const missing: readonly Fault[] = [
  [
    "without a callbackUrl",
    webhook({ callbackUrl: undefined }),
    1002,
    "callbackUrl: is required, got nothing",
  ],
  ["of Dify without auth", dify({ auth: undefined }), 1002, "auth: is required, got nothing"],
  ["of Dify with auth null", dify({ auth: null }), 1002, "auth: must be an object with an apiKey, got null"],
  ["of Dify with auth and no key in it", dify({ auth: {} }), 1002, "auth.apiKey: is required, got nothing"],
];

const masked: Fault = [
  "with the masked form of a key",
  dify({ auth: { apiKey: "app-****cdef" } }),
  1002,
  "auth.apiKey: must be the full key, not its masked form, got a string of 12 characters",
];

describe("an integration is rejected, and its path named,", () => {
  describe.each([
    { ...newBot, faults: [...wrong, ...missing, masked] },
    { ...botUpdate, faults: [...wrong, ...missing] },
    { ...added, faults: [...wrong, ...missing, masked] },
    { ...changed, faults: wrong },
  ])("$name", ({ path, refusal, faults }) => {
    test.each(faults)("%s", (_what, integration, code, message) => {
      expect(refusal(integration)).toEqual({ code, errorMessage: `${path}${message}` });
    });
  });

  test.each([newBot, botUpdate])("$name if it is not an object", ({ refusal }) => {
    expect(refusal(null)?.errorMessage).toBe("integrations[0]: must be an object, got null");
    expect(refusal("webhook")?.errorMessage).toBe(
      "integrations[0]: must be an object, got a string of 7 characters",
    );
  });

  const fields = "callbackUrl, enabled, objectNames, events, stream, handleResponse";
  const known = `${fields}, waitForInputCompletion, gentleResponse, options, type, auth`;

  test.each([
    { ...newBot, names: known },
    { ...botUpdate, names: known },
    { ...added, names: `userId, ${known}` },
    { ...changed, names: `userId, ${known}` },
  ])("$name for a field that no type has, unless it is null", ({ path, refusal, names }) => {
    const rule = `is not a field of an integration; known fields: ${names}`;
    expect(refusal(webhook({ event: [] }))?.errorMessage).toBe(`${path}event: ${rule}, got "event"`);
    expect(refusal(dify({ event: null, constructor: 1 }))?.errorMessage).toBe(
      `${path}constructor: ${rule}, got "constructor"`,
    );
    expect(refusal(dify({ token: "app-1234567890" }))?.errorMessage).toBe(
      `${path}token: ${rule}, got "token"`,
    );
    expect(refusal(dify({ token: null }))).toBeUndefined();
  });
});
