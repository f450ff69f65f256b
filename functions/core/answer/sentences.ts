/** What users read when the bot itself cannot speak: plain words, in the two languages of most users. */
export const sentences = {
  failed:
    "Sorry, the bot cannot answer right now. Please try again later.\n抱歉，机器人暂时无法回答，请稍后再试。",
  brokenOff: "\n\n(The answer broke off here. Please ask again.)\n（回答在此中断，请重新提问。）",
  paused: "The bot is waiting for a person's decision before it goes on.\n机器人正在等待人工处理后再继续。",
  unreadable: "Sorry, the bot cannot read messages of this kind.\n抱歉，机器人无法阅读此类消息。",
  fileRefused: "Sorry, the bot could not take this file.\n抱歉，机器人无法处理这个文件。",
  length: "(The answer reached its maximum length.)\n（回答已达到长度上限。）",
  contentFilter: "(The rest of the answer was withheld by a content filter.)\n（其余回答被内容过滤器拦截。）",
  contentFilterAll: "Sorry, a content filter withheld the answer.\n抱歉，回答被内容过滤器拦截。",
} as const;
