import { startBridgeChat } from "../support/chat/bridge-chat.ts";
import { describeClientAt } from "../support/chat/client-tests.ts";

describeClientAt("a real bridge", startBridgeChat);
