import { elements, makeButton } from "./elements.ts";

/** Offers these questions instead of those before. */
export const showSuggestions = (questions: readonly string[], ask: (question: string) => void): void => {
  elements.suggestions.replaceChildren(...questions.map((each) => makeButton(each, () => ask(each))));
  elements.suggestions.hidden = questions.length === 0;
};
