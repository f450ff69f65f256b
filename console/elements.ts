const find = <E extends HTMLElement>(id: string, kind: new () => E): E => {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no ${id}`);
  return element;
};

/** What the page is made of. */
export const elements = {
  participants: find("participants", HTMLFieldSetElement),
  bot: find("bot", HTMLInputElement),
  user: find("user", HTMLInputElement),
  who: find("who", HTMLFormElement),
  forget: find("forget", HTMLButtonElement),
  log: find("log", HTMLDivElement),
  suggestions: find("suggestions", HTMLElement),
  composer: find("composer", HTMLFormElement),
  message: find("message", HTMLTextAreaElement),
  send: find("send", HTMLButtonElement),
  stop: find("stop", HTMLButtonElement),
  status: find("status", HTMLParagraphElement),
};

/** A button with these words on it. */
export const makeButton = (words: string, onClick: () => void): HTMLButtonElement => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words;
  button.addEventListener("click", onClick);
  return button;
};
