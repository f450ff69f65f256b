import UPlot, { type Axis, type Series } from "uplot";
import { stack } from "./stack.ts";

export interface DaysDrawing {
  readonly names: readonly string[];
  /** From the bottom up: the colour, a CSS token, and a value for each day. */
  readonly layers: readonly { readonly token: string; readonly values: readonly number[] }[];
  readonly isWhole: boolean;
  readonly formatNumber: (value: number) => string;
  /** The day under the pointer, or none. */
  readonly onPoint: (index: number | undefined) => void;
}

const heightPx = 190;
const font = "12px system-ui, sans-serif";
const characterPx = 7.5;
const axisGapPx = 14;
const dayAxisPx = 30;
/** Above the bars. */
const topPx = 12;
/** Between two lines of the grid, at least. */
const lineSpacePx = 28;
/** Of a bar: the part of its day, and the most, in pixels. */
const barSize: [number, number] = [0.7, 48];
/** Room for the name of a day, in pixels. */
const daySpacePx = 70;

const powersOfTen = Array.from({ length: 12 }, (_, power) => 10 ** power);
const wholeSteps = powersOfTen.flatMap((power) => [power, 2 * power, 5 * power]);

/** What a token stands for now: a canvas takes no CSS variables. */
const colourOf = (element: HTMLElement, token: string): string => {
  element.style.color = `var(${token})`;
  const { color } = getComputedStyle(element);
  element.style.color = "";
  return color;
};

const seriesOf = (fill: string): Series => ({
  fill,
  stroke: fill,
  width: 0,
  points: { show: false },
  ...(UPlot.paths.bars && { paths: UPlot.paths.bars({ size: barSize }) }),
});

const axesOf = (element: HTMLElement, { names, isWhole, formatNumber }: DaysDrawing): Axis[] => {
  const stroke = colourOf(element, "--quiet");
  const line = colourOf(element, "--line");
  const common: Axis = { font, stroke, ticks: { stroke: line, width: 1, size: 5 } };
  return [
    {
      ...common,
      grid: { show: false },
      space: daySpacePx,
      size: dayAxisPx,
      incrs: wholeSteps,
      values: (_, splits) => splits.map((index) => names[index] ?? ""),
    },
    {
      ...common,
      grid: { stroke: line, width: 1 },
      space: lineSpacePx,
      ...(isWhole && { incrs: wholeSteps }),
      values: (_, splits) => splits.map(formatNumber),
      size: (_, values) =>
        Math.max(0, ...(values ?? []).map(({ length }) => length)) * characterPx + axisGapPx,
    },
  ];
};

/** Draws stacked bars into an element and follows its width. Returns what removes them. */
export const drawDays = (element: HTMLElement, drawing: DaysDrawing): (() => void) => {
  const { names, layers, onPoint } = drawing;
  // The highest first: each lower layer is drawn over it.
  const edges = stack(layers.map(({ values }) => values)).toReversed();
  const colours = layers.map(({ token }) => colourOf(element, token)).toReversed();
  const plot = new UPlot(
    {
      width: element.clientWidth,
      height: heightPx,
      padding: [topPx, 0, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: [-0.5, names.length - 0.5] },
        y: { range: (_, __, max) => [0, (max || 1) * 1.05] },
      },
      axes: axesOf(element, drawing),
      series: [{}, ...colours.map(seriesOf)],
      hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
    },
    [names.map((_, index) => index), ...edges],
    element,
  );
  const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: heightPx }));
  resize.observe(element);
  return () => {
    resize.disconnect();
    plot.destroy();
  };
};
