import { wordsOf } from "./form/field-texts.ts";
import { botsTexts } from "./texts.ts";

/** What an integration type is called in the chosen language, such as "Dify chat". */
export const typeName = (type: string): string => botsTexts.value.types[type] ?? wordsOf(type);
