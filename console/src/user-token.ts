import * as v from "valibot";
import { callServer } from "./api.ts";

const tokenReply = v.object({ token: v.string() });

interface AppUser {
  /** App Key. */
  readonly app: string;
  readonly userId: string;
}

/** A new token of the bridge for a user of an app. @throws ApiError */
export const userToken = async (body: AppUser, signal?: AbortSignal): Promise<string> =>
  (await callServer(tokenReply, { path: "token", body, signal })).token;
