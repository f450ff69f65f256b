import type { Page } from "puppeteer-core";

/**
 * Replaces what a field has, as a person does who selects it and pastes. `locator.fill` would clear
 * the field without an event: a render after that puts the old text back, before the new one.
 */
export const write = async (page: Page, selector: string, text: string): Promise<void> => {
  const field = await page
    .locator(selector)
    .filter((element) => !element.matches(":disabled"))
    .waitHandle();
  await field.focus();
  await field.evaluate((element) => {
    if (!(element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement))
      throw new Error(`${element.tagName} is not a field for text`);
    element.select();
  });
  await page.keyboard.sendCharacter(text);
};
