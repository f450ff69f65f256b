import * as v from "valibot";
import { callServer } from "../../../api.ts";
import { chosenApp } from "../../../chosen-app.ts";
import { userToken } from "../../../user-token.ts";
import type { Call } from "./call.ts";
import type { Headers } from "./curl-command.ts";

const signReply = v.object({ headers: v.record(v.string(), v.string()) });

const signed = async (app: string): Promise<Headers> =>
  (await callServer(signReply, { path: "sign", body: { app } })).headers;

/** Headers with which a command works: a signature for one call, or a token of the user. @throws ApiError */
export const freshHeaders = async ({ auth }: Call, userId: string): Promise<Headers> => {
  const app = chosenApp.peek();
  if (auth === "signature") return signed(app);
  return auth === "token" ? { Authorization: `Bearer ${await userToken({ app, userId })}` } : {};
};

/** The same headers as a command shows them before it is copied. */
export const shownHeaders = ({ auth }: Call): Headers => {
  if (auth === "signature") return { "App-Key": chosenApp.value, Nonce: "…", Timestamp: "…", Signature: "…" };
  return auth === "token" ? { Authorization: "Bearer …" } : {};
};
