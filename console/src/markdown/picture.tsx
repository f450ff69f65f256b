import { useSignal } from "@preact/signals";
import { markdownTexts } from "./texts.ts";

/**
 * A picture of an answer, loaded once the user asks for it: an answer could otherwise send what it says to any server, as a part of
 * a picture's address.
 */
export const Picture = ({ url, text }: { url: string; text: string }) => {
  const isShown = useSignal(false);
  const texts = markdownTexts.value;
  if (isShown.value) return <img src={url} alt={text} referrerpolicy="no-referrer" />;
  return (
    <span class="picture">
      {text !== "" && <span>{text}</span>}
      <button
        type="button"
        onClick={() => {
          isShown.value = true;
        }}
      >
        {texts.showPicture(new URL(url).host)}
      </button>
    </span>
  );
};
