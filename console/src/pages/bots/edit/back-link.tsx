import { hrefOf } from "../../../address.ts";
import { botsTexts } from "../texts.ts";

export const BackLink = () => (
  <a class="bots-back" href={hrefOf("bots")}>
    <span aria-hidden="true">‹ </span>
    {botsTexts.value.back}
  </a>
);
