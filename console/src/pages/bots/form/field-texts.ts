import { defineTexts } from "../../../text/language.ts";
import type { Field } from "./field.ts";

interface Texts {
  /** By the field's name. */
  readonly labels: Readonly<Record<string, string>>;
  readonly hints: Readonly<Record<string, string>>;
}

/** In English, only what the name or the schema does not say. */
const english: Texts = {
  labels: {
    userId: "Bot ID",
    profileUrl: "Picture URL",
    callbackUrl: "URL",
    apiKey: "API key",
    objectNames: "Message types",
    handleResponse: "Send the answer",
    everyone: "Answer mentions of everyone",
    context: "Conversation in a group",
    slidingContext: "Extend the conversation",
    showThinking: "Show reasoning",
    thinkingTags: "Tags around reasoning",
    typing: "Show that the bot is typing",
    busyNoticeSeconds: "Seconds until “still working”",
    filter: "Filter by text",
    merge: "Merge quick messages",
    maxSeconds: "Longest wait in seconds",
    maxMessages: "Most messages",
    stop: "Words that stop",
    stopText: "Reply to “stop”",
    reset: "Words that reset",
    resetText: "Reply to “reset”",
    help: "Words for help",
    helpText: "Help text",
    matches: "Matches (regular expression)",
    perUser: "For each user",
    stream: "Stream the answer",
    historyMessages: "Earlier messages",
  },
  hints: {
    userId: "The user ID that messages are sent to. It cannot be changed later.",
    name: "The name that users see.",
    type: "A label of your choice, such as assistant. It has no effect.",
    profileUrl: "The bot's picture in the IM.",
    enabled: "A disabled integration keeps its settings and does nothing.",
  },
};

const chinese: Texts = {
  labels: {
    userId: "机器人 ID",
    name: "名称",
    type: "类型",
    profileUrl: "头像网址",
    metadata: "元数据",
    enabled: "启用",
    callbackUrl: "网址",
    auth: "凭证",
    apiKey: "API 密钥",
    objectNames: "消息类型",
    events: "事件",
    stream: "流式发送回答",
    handleResponse: "发送回答",
    waitForInputCompletion: "等待用户输入完成",
    gentleResponse: "舒缓回复",
    options: "选项",
    filter: "按文本过滤",
    contains: "包含",
    startsWith: "开头为",
    endsWith: "结尾为",
    equals: "等于",
    matches: "匹配（正则表达式）",
    everyone: "回答@所有人的消息",
    context: "群聊中的会话",
    slidingContext: "延长会话",
    showThinking: "显示推理过程",
    thinkingTags: "推理标签",
    typing: "显示“正在输入”",
    busyNoticeSeconds: "“仍在处理”提示的秒数",
    errorText: "出错时的文本",
    commands: "指令",
    merge: "合并连续消息",
    quietSeconds: "静默秒数",
    maxSeconds: "最长等待秒数",
    maxMessages: "最多消息数",
    stop: "停止指令",
    stopText: "停止后的回复",
    reset: "重置指令",
    resetText: "重置后的回复",
    help: "帮助指令",
    helpText: "帮助文本",
    limits: "限额",
    limitText: "达到限额时的文本",
    turnsPerMinute: "每分钟轮次",
    turnsPerDay: "每天轮次",
    tokensPerDay: "每天 token 数",
    perUser: "每个用户",
    model: "模型",
    systemPrompt: "系统提示词",
    historyMessages: "历史消息数",
  },
  hints: {
    userId: "接收消息的用户 ID，创建后不能更改。",
    name: "用户看到的名称。",
    type: "自定义的标签，例如 assistant，没有实际作用。",
    profileUrl: "机器人在 IM 中的头像。",
    metadata: "随每个事件发送。数字和布尔值按字符串保存。",
    enabled: "停用的集成保留其设置，但不会运行。",
    callbackUrl:
      "Webhook 填应用服务器的网址；模型填其 API 的基础网址，例如 https://api.dify.ai/v1。必须是公网地址并使用 https。",
    objectNames: "触发此集成的消息类型。为空：除已读回执等信令之外的所有类型。",
    events: "触发此集成的事件。为空：message:private 和 message:group_mentioned。",
    stream: "是否在生成的同时发送回答；否则在结束时作为一条消息发送。",
    handleResponse: "是否把回答发送给用户。",
    waitForInputCompletion: "为融云 SDK 保存，没有实际作用：每条消息都会立即回答。",
    gentleResponse: "为融云 SDK 保存，没有实际作用：每条消息都会立即回答。",
    filter: "只有文本匹配至少一项的消息才会触发此集成。不填则所有消息都会触发。",
    contains: "匹配包含该内容的文本。",
    startsWith: "匹配以该内容开头的文本。",
    endsWith: "匹配以该内容结尾的文本。",
    equals: "匹配与该内容相同的文本。",
    matches: "匹配能找到该正则表达式（RE2 语法）的文本。区分大小写，除非以 `(?i)` 开头。",
    everyone: "群里@所有人的消息是否触发此集成。",
    context: "在群里，每个成员各有自己的会话（member），还是所有成员共用一个会话（group）。",
    slidingContext: "每次回答是否把会话延长 24 小时；否则会话在第一次回答 24 小时后结束。",
    showThinking: "用户是否能看到模型的推理过程，以引用形式显示在回答之前。",
    thinkingTags:
      "包围模型推理过程的标签名，不区分大小写，会取代默认的名称。Dify 0.15、gpt-oss、Gemma 和 Kimi 的非标签标记始终能被识别。",
    typing: "私聊中，回答开始之前用户是否能看到机器人正在输入。",
    busyNoticeSeconds: "多少秒没有回答后，告知 IM 用户一次仍需等待。不填则不告知。",
    errorText: "模型无法回答时发给用户的文本。不填则发送中英文提示。",
    commands:
      "IM 用户用来停止机器人、开始新会话或获取帮助的指令词。内容恰为指令词的消息不会询问模型。不填则询问所有消息。",
    merge: "把 IM 中同一发送者连续发送的消息合并为一个问题。不填则每条消息都是单独的问题。",
    quietSeconds: "发送者多少秒没有新消息后提问。",
    maxSeconds: "第一条消息之后最多等待多少秒，即使还有新消息也会提问。",
    maxMessages: "一个问题最多由多少条消息组成。",
    stop: "停止机器人在此聊天中对该用户之前消息的回答。",
    stopText: "对停止指令的回复。不填则发送中英文提示。",
    reset: "停止回答，并开始新的会话。",
    resetText: "对重置指令的回复。不填则发送中英文提示。",
    help: "用帮助文本回复这些指令词。",
    helpText: "对帮助指令的回复。有帮助指令时必填。",
    limits: "IM 和 HTTP 合计可以开始多少轮对话、使用多少 token。不填则没有限额。",
    limitText: "因限额而无法提问时发给 IM 用户的文本，每分钟或每天一次。不填则发送中英文提示。",
    turnsPerMinute: "每个自然分钟内的轮次。",
    turnsPerDay: "每天（UTC）的轮次。",
    tokensPerDay: "每天（UTC）由模型统计的 token 数。在一轮结束时计入，因此最后几轮可能超出限额。",
    perUser: "相同的限额，针对每个用户。",
    model: "模型的名称，与其 API 中的名称一致。",
    systemPrompt: "系统消息，在对话之前发送。不填则不发送。",
    historyMessages:
      "随每个问题发送的历史消息的最大数量。问题只与其回答一起保留，因此奇数按少一条计。最多保留 24 KB 文本。",
  },
};

export const fieldTexts = defineTexts<Texts>(english, chinese);

/** `turnsPerMinute`, `dify_chat` → "Turns per minute", "Dify chat". */
export const wordsOf = (name: string): string => {
  const words = name.replace(/_/g, " ").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** A field's label in the chosen language; for one that has none yet, its name in words. */
export const labelOf = ({ name }: Pick<Field, "name">): string =>
  fieldTexts.value.labels[name] ?? wordsOf(name);

/** A field's description in the chosen language; for one that has none yet, the schema's. */
export const hintOf = ({ name, description }: Pick<Field, "name" | "description">): string | undefined =>
  fieldTexts.value.hints[name] ?? description;
