import { useEffect, useRef } from "preact/hooks";

interface MathsProps {
  readonly source: string;
  readonly display: boolean;
}

/** A formula: its source, until KaTeX, which only answers with formulas load, has made MathML of it. */
export const Maths = ({ source, display }: MathsProps) => {
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    let isCurrent = true;
    void import("katex").then(({ default: katex }) => {
      if (!isCurrent || !element.current) return;
      // MathML needs no fonts and no style attributes. `trust` stays off: a formula cannot have links or HTML.
      katex.render(source, element.current, { displayMode: display, output: "mathml", throwOnError: false });
    });
    return () => {
      isCurrent = false;
    };
  }, [source, display]);
  return <code key={source} ref={element} class={display ? "maths maths-display" : "maths"} dir="ltr" />;
};
