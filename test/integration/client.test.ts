import { startBridgeChat } from "../support/chat/bridge-chat.ts";
import { describeClientAt } from "../support/chat/client-tests.ts";
import { describeHistoryAt } from "../support/chat/history-tests.ts";

describeClientAt("a real bridge", startBridgeChat);
describeHistoryAt("a real bridge", startBridgeChat);
