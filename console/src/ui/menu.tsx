import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface MenuProps {
  readonly label: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Settings that open over the page. They close at Escape, at a click elsewhere, and when the focus goes elsewhere. */
export const Menu = ({ label, children }: MenuProps) => {
  const element = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const closeFromOutside = ({ target }: Event): void => {
      const menu = element.current;
      if (menu && target instanceof Node && !menu.contains(target)) menu.open = false;
    };
    document.addEventListener("pointerdown", closeFromOutside);
    document.addEventListener("focusin", closeFromOutside);
    return () => {
      document.removeEventListener("pointerdown", closeFromOutside);
      document.removeEventListener("focusin", closeFromOutside);
    };
  }, []);
  const onKeyDown = ({ key }: KeyboardEvent): void => {
    const menu = element.current;
    if (key !== "Escape" || !menu?.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  };
  return (
    <details ref={element} class="menu" onKeyDown={onKeyDown}>
      <summary>{label}</summary>
      <div class="menu-content">{children}</div>
    </details>
  );
};
