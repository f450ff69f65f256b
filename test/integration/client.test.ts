import { startBridgePlace } from "../support/chat/bridge-place.ts";
import { describeClientAt } from "../support/chat/client-walk.ts";

describeClientAt("a real bridge", startBridgePlace);
