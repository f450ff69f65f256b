/** What a user is told when the bot itself cannot speak: plain words, in the two languages of most users. */
export const sentences = {
  failed:
    "Sorry, the bot cannot answer right now. Please try again later.\n抱歉，机器人暂时无法回答，请稍后再试。",
  brokenOff: "\n\n(The answer broke off here. Please ask again.)\n（回答在此中断，请重新提问。）",
  paused: "The bot is waiting for a person's decision before it goes on.\n机器人正在等待人工处理后再继续。",
  unreadable: "Sorry, the bot cannot read messages of this kind.\n抱歉，机器人无法阅读此类消息。",
  fileRefused: "Sorry, the bot could not take this file.\n抱歉，机器人无法处理这个文件。",
} as const;
