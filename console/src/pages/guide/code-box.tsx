import type { ComponentChildren } from "preact";

interface CodeBoxProps {
  /** What kind of code it is. */
  readonly caption: string;
  readonly text: string;
  /** The button that copies it. */
  readonly children: ComponentChildren;
}

/** Code in a box that a keyboard can scroll. */
export const CodeBox = ({ caption, text, children }: CodeBoxProps) => (
  <figure class="guide-code">
    <figcaption>
      <span>{caption}</span>
      {children}
    </figcaption>
    <pre tabIndex={0} dir="ltr">
      {text}
    </pre>
  </figure>
);
