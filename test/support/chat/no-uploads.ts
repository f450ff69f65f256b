import { makeOpenSentFiles } from "#core/chat/sent-file.ts";

/** Files by URL only: nothing was uploaded. */
export const noUploads = makeOpenSentFiles({ open: async () => undefined });
