import { startBridgePlace } from "../support/chat/bridge-place.ts";
import { describeConsoleAt } from "./console-walk.ts";

// Slow enough that an answer breaks off several times before its end: what was missed comes in halves of a second.
describeConsoleAt("a real bridge", () => startBridgePlace({ paceMs: 50 }));
