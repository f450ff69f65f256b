import { type BridgeError, callerError } from "#core/shared/errors.ts";
import type { IntegrationType } from "./integration.ts";

export const quote = (sent: string): string => JSON.stringify(sent);

export const unknownBot = (userId: string): BridgeError =>
  callerError("bad_parameter", `userId: no bot has this id, got ${quote(userId)}`);

export const unknownIntegration = (type: IntegrationType): BridgeError =>
  callerError("bad_parameter", `type: this bot has no integration of this type, got ${quote(type)}`);

/** What was sent is not quoted: it may be somebody's key. */
export const otherKey = (path: string): BridgeError =>
  callerError("bad_parameter", `${path}: must be the key itself, got a masked form that fits no key kept`);
