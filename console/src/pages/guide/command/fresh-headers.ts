import { chosenApp } from "../../../chosen-app.ts";
import type { ApiCall } from "../../../command/api-call.ts";
import type { Headers } from "../../../command/curl-command.ts";
import { freshSignature, shownSignature } from "../../../command/signature.ts";
import { userToken } from "../../../user-token.ts";

/** Headers with which a command works: a signature for one call, or a token of the user. @throws ApiError */
export const freshHeaders = async ({ auth }: ApiCall, userId: string): Promise<Headers> => {
  if (auth === "signature") return freshSignature();
  if (auth === "none") return {};
  return { Authorization: `Bearer ${await userToken({ app: chosenApp.peek(), userId })}` };
};

/** The same headers as a command shows them before it is copied. */
export const shownHeaders = ({ auth }: ApiCall): Headers => {
  if (auth === "signature") return shownSignature();
  return auth === "token" ? { Authorization: "Bearer …" } : {};
};
