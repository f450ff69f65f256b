import { computed, signal } from "@preact/signals";
import { currentSession } from "../../session.ts";
import { storedSignal } from "../../stored-signal.ts";
import { type Progress, parseProgress } from "./progress.ts";
import {
  type EditedValues,
  type FieldName,
  initialValues,
  isSecret,
  parseEdited,
  type Values,
} from "./values.ts";

export const progress = storedSignal("guide.progress", parseProgress);

const edited = storedSignal("guide.values", parseEdited);
const secrets = signal<EditedValues>({});

/** The values of all steps: those to begin with, and what the user and earlier steps have changed. */
export const values = computed(
  (): Values => ({
    ...initialValues(currentSession()),
    ...edited.value,
    ...secrets.value,
  }),
);

export const setValue = (name: FieldName, value: string): void => {
  const kept = isSecret(name) ? secrets : edited;
  kept.value = { ...kept.value, [name]: value };
};

export const markStep = (id: string, state: Progress[string] | undefined): void => {
  const { [id]: _, ...others } = progress.value;
  progress.value = state === undefined ? others : { ...others, [id]: state };
};

export const forgetAll = (): void => {
  progress.value = {};
  edited.value = {};
  secrets.value = {};
};
