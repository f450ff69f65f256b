import { CopyButton } from "../../../ui/copy-button.tsx";
import type { Copyable } from "../step.ts";

/** Texts for another console or a terminal, each with a button that copies it. */
export const Copyables = ({ copyables }: { copyables: readonly Copyable[] }) => (
  <dl class="guide-copyables">
    {copyables.map(({ label, text }) => (
      <div key={label}>
        <dt>{label}</dt>
        <dd>
          <code>{text}</code>
          <CopyButton text={text} subject={label} />
        </dd>
      </div>
    ))}
  </dl>
);
