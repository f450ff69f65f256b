import { describeClientAt } from "../../support/chat/client-tests.ts";
import { startFakeChat } from "../../support/chat/fake-chat.ts";
import { describeHistoryAt } from "../../support/chat/history-tests.ts";

describeClientAt("a fake of the bridge", () => startFakeChat({ paceMs: 10 }));
describeHistoryAt("a fake of the bridge", startFakeChat);
