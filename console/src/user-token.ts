import { tokenReply } from "../../functions/console/page-calls.ts";
import { callServer } from "./api.ts";

interface AppUser {
  /** App Key. */
  readonly app: string;
  readonly userId: string;
}

/** A new token of the bridge for a user of an app. @throws ApiError */
export const userToken = async (body: AppUser, signal?: AbortSignal): Promise<string> =>
  (await callServer(tokenReply, { path: "token", body, signal })).token;
