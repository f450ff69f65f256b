/** Messages to users in place of an answer, or beside one, in English and Chinese. */
export const sentences = {
  failed:
    "Sorry, the bot cannot answer right now. Please try again later.\n抱歉，机器人暂时无法回答，请稍后再试。",
  busy: "The bot is busy. Its answer takes a little longer.\n机器人正忙，回答需要更长时间，请稍候。",
  brokenOff: "\n\n(The answer was interrupted here. Please ask again.)\n（回答在此中断，请重新提问。）",
  paused:
    "The bot is waiting for someone to review this before it continues.\n机器人正在等待人工处理，处理完成后将继续。",
  unreadable: "Sorry, the bot cannot read this type of message.\n抱歉，机器人暂不支持此类消息。",
  fileRefused: "Sorry, the bot could not process this file.\n抱歉，机器人无法处理该文件。",
  limitedForAMinute:
    "There are too many questions right now. Please ask again in a minute.\n当前提问过多，请一分钟后再试。",
  limitedForADay:
    "The limit of questions for today is reached. Please ask again tomorrow.\n今天的提问额度已用完，请明天再试。",
  refusedByIm: "Sorry, this answer cannot be shown here.\n抱歉，该回答无法在此显示。",
  length: "(The answer was cut off at its maximum length.)\n（回答已达到长度上限，后续内容已省略。）",
  contentFilter:
    "(The rest of the answer was blocked by a content filter.)\n（其余内容已被内容过滤器屏蔽。）",
  contentFilterAll: "Sorry, the answer was blocked by a content filter.\n抱歉，该回答已被内容过滤器屏蔽。",
  chooseAction: "Reply with a number or a name:\n请回复编号或名称：",
  textField: (name: string) => `${name}: reply with a text.\n${name}：请回复文字。`,
  /** The user takes the default with a hyphen: an empty message cannot be sent. */
  defaultText: (text: string) => `(- stands for “${text}”. - 表示“${text}”。)`,
  choiceField: (name: string) => `${name}: reply with a number or a name.\n${name}：请回复编号或名称。`,
  fileField: (name: string) => `${name}: send a file or a picture.\n${name}：请发送文件或图片。`,
  filesField: (name: string) =>
    `${name}: send a file or a picture, or reply with - for none.\n${name}：请发送文件或图片；如无，请回复 -。`,
  severalFields:
    "(Several values may be sent at once, one per line, as “name: value”.)\n（可一次发送多项，每行一项，格式为“名称：值”。）",
  otherQuestion: "(To ask something else, begin the message with “?”.)\n（如要问其他问题，请以“?”开头。）",
  notAChoice: "This is not one of the choices.\n这不是可选项之一。",
  fileExpected: "Please send a file here, not a text.\n此处请发送文件，而不是文字。",
  textExpected: "Please reply with a text here, not a file.\n此处请回复文字，而不是文件。",
  inputRejected: "These values were not accepted.\n填写的内容未被接受。",
  inputAccepted: "Thank you, your input was accepted.\n谢谢，您的填写已提交。",
  alreadyAnswered: "This form has already been filled in.\n该表单已填写。",
  stopped: "Stopped.\n已停止。",
  reset:
    "A new conversation begins. The bot no longer knows what was said before.\n新的会话已开始，机器人不再记得之前的内容。",
  formExpired: "The time for this form is over.\n该表单已过期。",
} as const;
