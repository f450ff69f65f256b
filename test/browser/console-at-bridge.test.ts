import { startBridgeChat } from "../support/chat/bridge-chat.ts";
import { describeConsoleAt } from "./console-tests.ts";

// Slow enough that the connection breaks several times before the answer ends: the missed part is sent in
// half-second pieces.
describeConsoleAt("a real bridge", () => startBridgeChat({ paceMs: 50 }));
