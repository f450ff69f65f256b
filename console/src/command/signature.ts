import { signReply } from "../../../functions/console/page-calls.ts";
import { callServer } from "../api.ts";
import { chosenApp } from "../chosen-app.ts";
import type { Headers } from "./curl-command.ts";

/** The headers of a new signature of the chosen app, for one call. @throws ApiError */
export const freshSignature = async (): Promise<Headers> =>
  (await callServer(signReply, { path: "sign", body: { app: chosenApp.peek() } })).headers;

/** The same headers as a command shows them before it is copied. */
export const shownSignature = (): Headers => ({
  "App-Key": chosenApp.value,
  Nonce: "…",
  Timestamp: "…",
  Signature: "…",
});
