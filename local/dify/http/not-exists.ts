import type { VersionTraits } from "../apps/versions.ts";
import { refusal } from "./refusal.ts";

// R112 for the run route; the others follow from how flask-restx guesses.
const guesses = (path: string): readonly string[] => {
  if (path === "/v1/chat-messages") {
    return [path, "/api/chat-messages", "/v1/chat-messages/<string:task_id>/stop"];
  }
  if (path.startsWith("/v1/conversations/")) {
    return ["/v1/conversations/<uuid:c_id>", "/v1/conversations", "/api/conversations/<uuid:c_id>"];
  }
  return path === "/v1/messages" ? [path, "/api/messages"] : [];
};

/** A5: 404 for what another user, another app or nobody has; `subject` as in "Conversation Not Exists." */
export const notExists = (traits: VersionTraits, subject: string, path: string): Error => {
  const message = `${subject} Not Exists.`;
  const near = guesses(path);
  return refusal(
    404,
    "not_found",
    traits.didYouMean && near.length > 0
      ? `${message} You have requested this URI [${path}] but did you mean ${near.join(" or ")} ?`
      : message,
  );
};
