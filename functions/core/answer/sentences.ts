/** Messages to users when there is no answer or only part of one, in English and Chinese. */
export const sentences = {
  failed:
    "Sorry, the bot cannot answer right now. Please try again later.\n抱歉，机器人暂时无法回答，请稍后再试。",
  brokenOff: "\n\n(The answer was interrupted here. Please ask again.)\n（回答在此中断，请重新提问。）",
  paused:
    "The bot is waiting for someone to review this before it continues.\n机器人正在等待人工处理，处理完成后将继续。",
  unreadable: "Sorry, the bot cannot read this type of message.\n抱歉，机器人暂不支持此类消息。",
  fileRefused: "Sorry, the bot could not process this file.\n抱歉，机器人无法处理该文件。",
  refusedByIm: "Sorry, this answer cannot be shown here.\n抱歉，该回答无法在此显示。",
  length: "(The answer was cut off at its maximum length.)\n（回答已达到长度上限，后续内容已省略。）",
  contentFilter:
    "(The rest of the answer was blocked by a content filter.)\n（其余内容已被内容过滤器屏蔽。）",
  contentFilterAll: "Sorry, the answer was blocked by a content filter.\n抱歉，该回答已被内容过滤器屏蔽。",
} as const;
