import { type ReadonlySignal, signal } from "@preact/signals";
import type { Bot } from "../../../../client/src/index.ts";
import type { AttachedFile } from "./conversation.ts";

export type Attachment = { readonly key: string; readonly name: string } & (
  | { readonly state: "uploading" }
  | { readonly state: "ready"; readonly attached: AttachedFile }
  | { readonly state: "failed"; readonly error: unknown }
);

export interface Attachments {
  readonly list: ReadonlySignal<readonly Attachment[]>;
  add(file: File): Promise<void>;
  remove(key: string): void;
  /** The files of the next question; the list is then empty. */
  take(): readonly AttachedFile[];
}

/** The files of the next question. Each is uploaded as soon as it is chosen. */
export const makeAttachments = (bot: Bot): Attachments => {
  const list = signal<readonly Attachment[]>([]);
  const replace = (attachment: Attachment): void => {
    list.value = list.value.map((each) => (each.key === attachment.key ? attachment : each));
  };
  return {
    list,
    add: async (file) => {
      const { name } = file;
      const key = crypto.randomUUID();
      list.value = [...list.value, { key, name, state: "uploading" }];
      try {
        const uploaded = await bot.upload(file, { name });
        replace({ key, name, state: "ready", attached: { name, file: uploaded } });
      } catch (error) {
        replace({ key, name, state: "failed", error });
      }
    },
    remove: (key) => {
      list.value = list.value.filter((each) => each.key !== key);
    },
    take: () => {
      const ready = list.value.flatMap((each) => (each.state === "ready" ? [each.attached] : []));
      list.value = [];
      return ready;
    },
  };
};
