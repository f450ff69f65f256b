import { defineTexts } from "../../../text/language.ts";
import { testCallback } from "../calls/callback-calls.ts";
import { watchBot } from "../run/load-turns.ts";
import { isGood } from "../run/outcomes.ts";
import type { Step } from "../step.ts";

const texts = defineTexts(
  {
    title: "Test the callback yourself",
    intro:
      "The command sends the bridge what RongCloud would send, signed in the same way. It needs no RongCloud and works in a local run. Copy it, run it in a terminal, then wait for it here.",
    points: [
      "The signature is in the headers here; RongCloud puts it into the query (appKey, nonce, timestamp, signature). The bridge accepts both.",
      "Each copied command is a message of its own. Run twice, it is refused, or answered once.",
    ],
    action: "Wait for it",
    waiting: "Waiting for a turn of the test user with this bot …",
    working: "The callback has arrived. The bot is at work …",
    arrived: "The callback has arrived, and the bot has answered it.",
    failed: "The callback has arrived, but the bot has not answered: see the table.",
  },
  {
    title: "自行测试回调",
    intro:
      "此命令向网桥发送融云会发送的内容，签名方式相同。它不需要融云，在本地运行中也可使用。请复制命令并在终端中运行，然后在此等待结果。",
    points: [
      "这里的签名在请求头中；融云把它放在查询参数里（appKey、nonce、timestamp、signature）。网桥两者都接受。",
      "每次复制的命令都是一条新消息。重复运行会被拒绝，或只回答一次。",
    ],
    action: "等待结果",
    waiting: "正在等待测试用户与此机器人的对话轮次…",
    working: "回调已到达，机器人正在处理…",
    arrived: "回调已到达，机器人已回答。",
    failed: "回调已到达，但机器人没有回答：见下表。",
  },
);

/** As long as a signature is valid: the command may have been run before. */
const maxAgeMs = 5 * 60_000;

export const testCallbackStep: Step = {
  id: "test-callback",
  texts,
  fields: ["testUserId", "realBotId"],
  call: (values) => testCallback(values, Date.now()),
  isCommandFirst: true,
  run: async ({ values: { realBotId, testUserId }, signal, show }) => {
    show({ meaning: () => texts.value.waiting });
    const turns = await watchBot(
      { userId: realBotId, fromUserId: testUserId, maxAgeMs },
      { signal, show: (known) => show({ meaning: () => texts.value.working, turns: known }) },
    );
    const isFailed = !turns.every(isGood);
    return { meaning: () => (isFailed ? texts.value.failed : texts.value.arrived), turns, isFailed };
  },
};
