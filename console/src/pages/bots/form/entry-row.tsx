import type { ComponentChildren } from "preact";
import { botsTexts } from "../texts.ts";

interface EntryRowProps {
  readonly class: "bots-entry" | "bots-pair";
  readonly error: string | undefined;
  /** Describes the inputs. */
  readonly errorId: string;
  /** The name of the button that removes the entry. */
  readonly removeLabel: string;
  readonly onRemove: () => void;
  /** The inputs. */
  readonly children: ComponentChildren;
}

/** An entry of a list that grows and shrinks, with its error once there is one. */
export const EntryRow = ({
  class: className,
  error,
  errorId,
  removeLabel,
  onRemove,
  children,
}: EntryRowProps) => (
  <li>
    <div class={className}>
      {children}
      <button type="button" class="quiet" aria-label={removeLabel} onClick={onRemove}>
        {botsTexts.value.remove}
      </button>
    </div>
    {error !== undefined && (
      <p id={errorId} class="error">
        {error}
      </p>
    )}
  </li>
);
