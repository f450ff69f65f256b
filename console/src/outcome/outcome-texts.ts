import type { FailureCode, TruncationReason } from "#core/answer/answer.ts";
import type { StoryOutcome } from "#core/turn/turn-story.ts";
import { defineTexts } from "../text/language.ts";

interface OutcomeTexts {
  readonly name: string;
  readonly meaning: string;
  /** What to do about it; absent: nothing. */
  readonly advice?: string;
}

type Advised = Required<Pick<OutcomeTexts, "meaning" | "advice">>;

interface Texts {
  readonly outcomes: Readonly<Record<StoryOutcome, OutcomeTexts>>;
  readonly failures: Readonly<Record<FailureCode, Advised>>;
  readonly truncations: Readonly<Record<TruncationReason, string>>;
}

/** What each outcome and each failure means, in words for operators. */
export const outcomeTexts = defineTexts<Texts>(
  {
    outcomes: {
      running: {
        name: "Running",
        meaning: "Not ended: it waits or runs, or its worker died and another one takes over.",
        advice:
          "This page refreshes by itself. A turn waits for earlier turns of its conversation. If it stays for minutes, check whether the queue is long and the workers run.",
      },
      answered: { name: "Answered", meaning: "The answer is complete." },
      truncated: {
        name: "Truncated",
        meaning: "The model stopped before the end of the answer, and the user was told so.",
        advice: "Raise the model's maximum number of tokens, or check its content filter.",
      },
      stopped: {
        name: "Stopped",
        meaning: "The user stopped the answer, or the bot was paused in this chat.",
      },
      paused: {
        name: "Paused",
        meaning: "The app waits for a person's input. The answer continues after that.",
        advice: "Fill in the form in Dify, or let the user do so in the chat.",
      },
      unreadable: {
        name: "Unreadable",
        meaning: "The message has nothing that the model can read, such as a location. The user was told so.",
        advice: "To keep such messages from the bot, list the types that it takes in objectNames.",
      },
      failed: { name: "Failed", meaning: "The model failed. The user got an error message." },
      incomplete: {
        name: "Incomplete",
        meaning: "The answer broke off, and the user was told so.",
        advice:
          "Check whether a proxy or load balancer in front of the model cuts long responses, and whether the server restarted.",
      },
      abandoned: {
        name: "Abandoned",
        meaning: "The bridge gave the turn up: it lost its lease, or another turn took over.",
        advice: "If it happens again, check whether a table is throttled or a function lacks CPU.",
      },
      delivered: { name: "Delivered", meaning: "The webhook accepted the message." },
      undelivered: {
        name: "Undelivered",
        meaning: "The IM did not accept the answer.",
        advice:
          "Check the App Secret, the IM's address, and whether the bot may send to this user or group. Then redrive it on the page Dead letters.",
      },
      recalled: { name: "Recalled", meaning: "The user took the message back." },
      merged: {
        name: "Merged",
        meaning: "The message was asked together with another one of its sender, which the detail names.",
      },
      command: {
        name: "Command",
        meaning:
          "The message was a command word of the bot, which the bridge answered. The model was not asked.",
      },
      dropped: {
        name: "Dropped",
        meaning: "The bot or its integration was removed or disabled before the turn ran.",
      },
      given_up: {
        name: "Given up",
        meaning: "It failed too often, or was rejected for good. It is in the dead letters.",
        advice:
          "Fix what the detail names: your server, the bot's callback URL, or the bridge's own failure in its log. Then redrive it on the page Dead letters.",
      },
      expired: { name: "Expired", meaning: "Nobody gave the input that the paused answer waited for." },
      limited: {
        name: "Limited",
        meaning: "A limit of the user, the bot or the app was reached. The model was not asked.",
        advice:
          "The detail names the limit. If it is too low, raise it in the bot's options or in the app's secret. The message is not answered later.",
      },
      refused: {
        name: "Refused",
        meaning: "The request was not valid, or came too soon. The client got an error.",
        advice: "The detail says why. “conflict” means that the conversation had another turn in progress.",
      },
    },
    failures: {
      unavailable: {
        meaning: "The model's server is unreachable or overloaded, or sent an invalid reply.",
        advice:
          "Check that it runs and that its address in the bot is right. The bridge tried several times.",
      },
      timeout: {
        meaning: "The model's server accepted the question and sent nothing in time.",
        advice: "Check the server's workers and the model's speed.",
      },
      refused: {
        meaning:
          "The model's server rejected the question: a wrong key, app type or model, or invalid inputs.",
        advice: "Compare the API key and the integration's type, and check the app's required inputs.",
      },
      model: {
        meaning: "The model behind the app failed, or a node of its workflow did.",
        advice: "Run the app in Dify's Studio. Check the model's key, credit and rate limit.",
      },
      conversation_lost: {
        meaning: "The model's server no longer has the conversation.",
        advice: "Nothing: the bridge begins a new one. Twice in a row means that the app was replaced.",
      },
      empty: {
        meaning: "The answer has no text.",
        advice: "Check the app's answer node, or the outputs of the workflow.",
      },
    },
    truncations: {
      length: "It reached its maximum length.",
      content_filter: "A content filter withheld the rest.",
    },
  },
  {
    outcomes: {
      running: {
        name: "进行中",
        meaning: "尚未结束：正在等待或运行，或其工作进程已终止、将由另一个接手。",
        advice:
          "此页面会自动刷新。轮次需等待同一会话中更早的轮次结束。如果持续数分钟，请检查队列是否过长、工作进程是否正常运行。",
      },
      answered: { name: "已回答", meaning: "回答完整。" },
      truncated: {
        name: "被截断",
        meaning: "模型未写完回答就结束了，用户已收到提示。",
        advice: "请提高模型的最大 token 数，或检查其内容过滤设置。",
      },
      stopped: { name: "已停止", meaning: "用户停止了回答，或机器人在此聊天中被暂停。" },
      paused: {
        name: "已暂停",
        meaning: "应用正在等待人工输入，之后会继续回答。",
        advice: "请在 Dify 中填写表单，或由用户在聊天中填写。",
      },
      unreadable: {
        name: "无法读取",
        meaning: "消息中没有模型可读取的内容，例如位置消息。用户已收到提示。",
        advice: "若不想让机器人收到此类消息，请在 objectNames 中列出它接收的类型。",
      },
      failed: { name: "失败", meaning: "模型出错，用户收到了错误提示。" },
      incomplete: {
        name: "不完整",
        meaning: "回答中途中断，用户已收到提示。",
        advice: "请检查模型前面的代理或负载均衡是否切断了长响应，以及服务器是否重启过。",
      },
      abandoned: {
        name: "被放弃",
        meaning: "网桥放弃了该轮次：它失去了租约，或被另一轮次接管。",
        advice: "如果再次发生，请检查数据表是否被限流、函数的 CPU 是否不足。",
      },
      delivered: { name: "已送达", meaning: "Webhook 已接受该消息。" },
      undelivered: {
        name: "未送达",
        meaning: "IM 没有接受回答。",
        advice:
          "请检查 App Secret、IM 地址，以及机器人是否可以向该用户或群组发送消息，然后在“死信”页面重新投递。",
      },
      recalled: { name: "已撤回", meaning: "用户撤回了消息。" },
      merged: { name: "已合并", meaning: "该消息与同一发送者的另一条消息一起提问，详情给出了那条消息。" },
      command: { name: "指令", meaning: "消息是机器人的指令词，由网桥直接回复，没有询问模型。" },
      dropped: { name: "已丢弃", meaning: "轮次运行之前，机器人或其集成已被删除或停用。" },
      given_up: {
        name: "不再重试",
        meaning: "失败次数过多，或被明确拒绝。它已进入死信。",
        advice:
          "请修复详情中指出的问题：您的服务器、机器人的回调地址，或日志中网桥自身的故障。然后在“死信”页面重新投递。",
      },
      expired: { name: "已过期", meaning: "没有人提供暂停的回答所等待的输入。" },
      limited: {
        name: "受限",
        meaning: "用户、机器人或应用达到了限额，没有向模型提问。",
        advice:
          "详情中是限额的名称。如果限额过低，请在机器人选项或应用密钥配置中提高。该消息之后不会再被回答。",
      },
      refused: {
        name: "被拒绝",
        meaning: "请求无效，或来得太早。客户端收到了错误。",
        advice: "详情说明了原因。“conflict”表示该会话中已有另一轮次正在进行。",
      },
    },
    failures: {
      unavailable: {
        meaning: "模型服务器无法连接、过载，或返回了无效响应。",
        advice: "请确认它正在运行，且机器人中的地址正确。网桥已多次重试。",
      },
      timeout: {
        meaning: "模型服务器接受了问题，但没有及时返回任何内容。",
        advice: "请检查服务器的工作进程和模型的速度。",
      },
      refused: {
        meaning: "模型服务器拒绝了问题：密钥、应用类型或模型错误，或输入无效。",
        advice: "请核对 API 密钥和集成类型，并检查应用的必填输入。",
      },
      model: {
        meaning: "应用背后的模型出错，或其工作流的某个节点出错。",
        advice: "请在 Dify Studio 中运行该应用，并检查模型的密钥、额度和速率限制。",
      },
      conversation_lost: {
        meaning: "模型服务器已不再保存该会话。",
        advice: "无需处理：网桥会开始新的会话。如果连续出现两次，说明应用已被替换。",
      },
      empty: {
        meaning: "回答没有文本。",
        advice: "请检查应用的回答节点，或工作流的输出。",
      },
    },
    truncations: {
      length: "达到了最大长度。",
      content_filter: "内容过滤器屏蔽了其余内容。",
    },
  },
);
