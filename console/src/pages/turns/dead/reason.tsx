import { deadTexts } from "./dead-texts.ts";
import { reasonKindOf } from "./reason-kind.ts";

/** The bridge's reason, and what it means. */
export const Reason = ({ reason }: { readonly reason: string }) => (
  <>
    <code>{reason}</code>
    <p class="hint">{deadTexts.value.reasons[reasonKindOf(reason)]}</p>
  </>
);
