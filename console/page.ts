import { type Answer, BotError } from "../client/src/index.ts";
import { describeError } from "./describe-error.ts";
import { elements } from "./elements.ts";
import { addMessage, type MessageView } from "./message-view.ts";
import { readParticipants } from "./participants.ts";
import { settings } from "./settings.ts";
import { showSuggestions } from "./suggestions.ts";

const { bot: botField, user, composer, message, send, stop, forget, log, participants, status } = elements;

let current: Answer | undefined;

const setAnswer = (answer: Answer | undefined): void => {
  current = answer;
  const isBusy = answer !== undefined;
  participants.disabled = isBusy;
  send.hidden = isBusy;
  stop.hidden = !isBusy;
  stop.disabled = false;
  // Screen readers announce the complete answer once, not each delta.
  log.ariaBusy = String(isBusy);
};

const read = async (answer: Answer, view: MessageView): Promise<void> => {
  for await (const event of answer) {
    if (event.type === "start") continue;
    view.show(event.text);
    if (event.type === "end" && event.stopped) view.note("Stopped.");
    if (event.type === "end" && event.paused) {
      view.note(event.prompt ?? "The bot is waiting for a person to respond.");
    }
  }
};

const ask = async (content: string): Promise<void> => {
  const found = current ? undefined : readParticipants();
  if (!found) return;
  const { bot, botId, userId } = found;
  const answer = bot.chat(content);
  setAnswer(answer);
  showSuggestions([], ask);
  addMessage("user", userId).show(content);
  const view = addMessage("bot", botId);
  status.textContent = "The bot is answering.";
  try {
    await read(answer, view);
    status.textContent = "The answer is complete.";
  } catch (error) {
    const isRetryable = !(error instanceof BotError) || error.retryable;
    view.fail(describeError(error), isRetryable ? () => void ask(content) : undefined);
    status.textContent = "The answer failed.";
    return;
  } finally {
    view.done();
    setAnswer(undefined);
    message.focus();
  }
  // Failed suggestions are ignored; late ones belong to an earlier question.
  const questions = await bot.suggested(answer.turn ?? "").catch(() => []);
  if (!current) showSuggestions(questions, ask);
};

const stopAnswer = async (): Promise<void> => {
  if (!current || stop.disabled) return;
  stop.disabled = true;
  status.textContent = "Stopping the answer.";
  await current.stop().catch((error: unknown) => {
    status.textContent = describeError(error);
    stop.disabled = false;
  });
};

const startNewConversation = async (): Promise<void> => {
  const found = readParticipants();
  if (!found) return;
  participants.disabled = true;
  try {
    await found.bot.forget();
    log.replaceChildren();
    showSuggestions([], ask);
    status.textContent = "New conversation started.";
  } catch (error) {
    addMessage("bot", found.botId).fail(describeError(error), undefined);
  } finally {
    participants.disabled = false;
    message.focus();
  }
};

botField.value = settings.botId;
user.value = settings.userId;
elements.participantsForm.addEventListener("submit", (event) => event.preventDefault());
composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const content = message.value.trim();
  if (content === "" || current || !readParticipants()) return;
  message.value = "";
  void ask(content);
});
message.addEventListener("keydown", (event) => {
  // In an input method, Enter selects a word.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") void stopAnswer();
});
stop.addEventListener("click", () => void stopAnswer());
forget.addEventListener("click", () => void startNewConversation());
message.focus();
