import { type Signal, signal } from "@preact/signals";
import { type BotDraft, isChanged } from "./bot-draft.ts";

/** A form that is being filled in. */
export interface BotForm {
  readonly isNew: boolean;
  readonly draft: Signal<BotDraft>;
  /** What the form began with: the stored bot, or an empty one. */
  readonly initial: BotDraft;
  /** When the bot was stored; undefined for a new one. */
  readonly storedAt: number | undefined;
  /** Paths of the fields that were edited. Faults of others are shown when the form is sent. */
  readonly edited: Signal<ReadonlySet<string>>;
  readonly isSent: Signal<boolean>;
  /** Why the server refused the form as it is. */
  readonly refusal: Signal<unknown>;
}

type Beginning = Pick<BotForm, "isNew" | "initial" | "storedAt"> & { readonly draft: BotDraft };

const makeForm = ({ draft, ...rest }: Beginning): BotForm => ({
  ...rest,
  draft: signal(draft),
  edited: signal(new Set()),
  isSent: signal(false),
  refusal: signal(undefined),
});

export const hasChanges = ({ draft, initial }: BotForm): boolean => isChanged(draft.value, initial);

/** Forms that were left, by `formKey`. They stay in memory, since they may have keys that were typed. */
const forms = new Map<string, BotForm>();

/** Which form a page shows: that of a bot, of a copy, or of a new bot. */
export type FormName = "new" | `copy ${string}` | `bot ${string}`;
const keyOf = (app: string, name: FormName): string => `${app} ${name}`;

/** The form that was left unsaved, or one that begins with what `begin` returns. */
export const openForm = (app: string, name: FormName, begin: () => Beginning): BotForm => {
  const key = keyOf(app, name);
  const left = forms.get(key);
  if (left && hasChanges(left)) return left;
  const form = makeForm(begin());
  forms.set(key, form);
  return form;
};

export const dropForm = (app: string, name: FormName): void => {
  forms.delete(keyOf(app, name));
};

export const isUnsaved = (app: string, name: FormName): boolean => {
  const form = forms.get(keyOf(app, name));
  return form !== undefined && hasChanges(form);
};

/** Replaces the draft. What the server said of the one before does not hold any more. */
export const changeDraft = (form: BotForm, draft: BotDraft): void => {
  form.draft.value = draft;
  form.refusal.value = undefined;
};

export const markEdited = ({ edited }: BotForm, path: string): void => {
  if (!edited.peek().has(path)) edited.value = new Set([...edited.peek(), path]);
};

// Another page of the console keeps the forms; only leaving the console would lose them.
addEventListener("beforeunload", (event) => {
  if ([...forms.values()].some(hasChanges)) event.preventDefault();
});
