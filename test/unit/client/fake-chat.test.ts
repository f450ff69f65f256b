import { describeClientAt } from "../../support/chat/client-tests.ts";
import { startFakeChat } from "../../support/chat/fake-chat.ts";

describeClientAt("a fake of the bridge", () => startFakeChat({ paceMs: 10 }));
