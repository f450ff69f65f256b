const find = <E extends HTMLElement>(id: string, kind: new () => E): E => {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no element ${id}`);
  return element;
};

/** The page's elements. */
export const elements = {
  participants: find("participants", HTMLFieldSetElement),
  bot: find("bot", HTMLInputElement),
  user: find("user", HTMLInputElement),
  participantsForm: find("participants-form", HTMLFormElement),
  forget: find("forget", HTMLButtonElement),
  log: find("log", HTMLDivElement),
  suggestions: find("suggestions", HTMLElement),
  composer: find("composer", HTMLFormElement),
  message: find("message", HTMLTextAreaElement),
  send: find("send", HTMLButtonElement),
  stop: find("stop", HTMLButtonElement),
  status: find("status", HTMLParagraphElement),
};

/** Creates a button with this label. */
export const makeButton = (label: string, onClick: () => void): HTMLButtonElement => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", onClick);
  return button;
};
