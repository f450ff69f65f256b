import { elements, makeButton } from "./elements.ts";

/** Replaces the suggested questions. */
export const showSuggestions = (questions: readonly string[], ask: (question: string) => void): void => {
  elements.suggestions.replaceChildren(...questions.map((each) => makeButton(each, () => ask(each))));
  elements.suggestions.hidden = questions.length === 0;
};
