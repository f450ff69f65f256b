import type { Chart } from "./measurement.ts";

const [width, height] = [640, 240];
const margin = { left: 64, right: 16, top: 36, bottom: 32 };

const short = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(2));

/** A line chart in SVG. The y axis begins at zero, so that a small change looks small. */
export const lineChart = ({ title, points }: Omit<Chart, "name">): string => {
  const xs = points.map(([x]) => x);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const top = Math.max(...points.map(([, y]) => y)) * 1.2;
  const xOf = (x: number): number =>
    margin.left + ((x - left) / (right - left)) * (width - margin.left - margin.right);
  const yOf = (y: number): number =>
    height - margin.bottom - (y / top) * (height - margin.top - margin.bottom);
  const line = points.map(([x, y]) => `${xOf(x).toFixed(1)},${yOf(y).toFixed(1)}`).join(" ");
  const label = (x: number, y: number, anchor: string, text: string): string =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${text}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img" aria-label="${title}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    label(margin.left, 20, "start", title),
    ...[0, top / 2, top].flatMap((y) => [
      `<path d="M${margin.left} ${yOf(y).toFixed(1)}H${width - margin.right}" stroke="#ddd"/>`,
      label(margin.left - 8, Math.round(yOf(y)) + 4, "end", short(y)),
    ]),
    label(margin.left, height - 10, "start", `${left} turns`),
    label(width - margin.right, height - 10, "end", `${right} turns`),
    `<polyline points="${line}" fill="none" stroke="#1f6feb" stroke-width="2"/>`,
    "</svg>",
    "",
  ].join("\n");
};
