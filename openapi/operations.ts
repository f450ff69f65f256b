import type { Operation } from "./operation.ts";
import { aboutOperations } from "./operations/about.ts";
import { botChatOperations } from "./operations/bot-chats.ts";
import { botOperations } from "./operations/bots.ts";
import { callbackOperations } from "./operations/callbacks.ts";
import { chatOperations } from "./operations/chat.ts";
import { deadLetterOperations } from "./operations/dead-letters.ts";
import { integrationOperations } from "./operations/integrations.ts";
import { messageOperations } from "./operations/messages.ts";
import { peopleOperations } from "./operations/people.ts";
import { turnOperations } from "./operations/turns.ts";
import { userOperations } from "./operations/users.ts";

/** Every route, in the order of the document. */
export const operations: readonly Operation[] = [
  ...botOperations,
  ...botChatOperations,
  ...integrationOperations,
  ...messageOperations,
  ...turnOperations,
  ...deadLetterOperations,
  ...userOperations,
  ...peopleOperations,
  ...chatOperations,
  ...callbackOperations,
  ...aboutOperations,
];
