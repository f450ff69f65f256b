/** Nothing in it means anything to a shell. */
const isPlain = /^[\w.:-]+$/;

/** Quoted for a POSIX shell, as an id may come from a client. */
const quoted = (text: string): string => (isPlain.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The command that prints what the log has of a message (docs/troubleshooting.md). */
export const storyCommand = (msgUID: string): string => `npm run -s story -- --id ${quoted(msgUID)}`;
