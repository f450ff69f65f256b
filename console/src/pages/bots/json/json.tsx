/** Text with its own line breaks: a field to read, since the keyboard can scroll one, and select all of it. */
export const Json = ({ text, label }: { text: string; label: string }) => (
  <textarea readOnly rows={14} wrap="off" spellcheck={false} aria-label={label} value={text} />
);
