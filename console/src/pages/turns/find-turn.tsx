import { useId } from "preact/hooks";
import { hrefOf } from "../../address.ts";
import { goTo } from "../../route.ts";
import { turnsTexts } from "./texts.ts";

const maxIdLength = 1_024;

/** Finds a turn by an id of any kind: what the view of one turn does with its address. */
export const FindTurn = () => {
  const inputId = useId();
  const texts = turnsTexts.value;
  const find = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const id = String(new FormData(event.currentTarget).get("id")).trim();
    if (id !== "") goTo(hrefOf("turns", id));
  };
  return (
    <search>
      <form class="turns-find" onSubmit={find}>
        <label class="visually-hidden" for={inputId}>
          {texts.find}
        </label>
        <input
          id={inputId}
          name="id"
          type="search"
          required
          maxLength={maxIdLength}
          placeholder={texts.findHint}
          autocomplete="off"
          spellcheck={false}
        />
        <button type="submit">{texts.findButton}</button>
      </form>
    </search>
  );
};
