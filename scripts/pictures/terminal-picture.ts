/** In characters and pixels of the picture. */
const columns = 88;
const character = { width: 8.5, height: 20 };
const padding = 20;
const titleBar = 36;

const colours = { ground: "#14191b", bar: "#1e2528", text: "#e4eaeb", quiet: "#9aa9ad", bot: "#4fc3b7" };

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Breaks a line as a terminal of this width does. */
const wrapped = (line: string): string[] =>
  line === "" ? [""] : (line.match(new RegExp(`.{1,${columns}}`, "gu")) ?? []);

/** What a bot says, what a person types, and the rest. */
const colourOf = (line: string): string => {
  if (/^bot-\S+ → /.test(line)) return colours.bot;
  return line.startsWith("$ ") || / → /.test(line) ? colours.text : colours.quiet;
};

/** The text of a terminal as an SVG. */
export const terminalPicture = (text: string): string => {
  const lines = text
    .trimEnd()
    .split("\n")
    .flatMap((line) => wrapped(line).map((part) => ({ part, colour: colourOf(line) })));
  const width = columns * character.width + 2 * padding;
  const height = titleBar + lines.length * character.height + 2 * padding;
  const texts = lines.map(({ part, colour }, index) => {
    const y = titleBar + padding + (index + 0.75) * character.height;
    return `  <text x="${padding}" y="${y}" fill="${colour}" xml:space="preserve">${escaped(part)}</text>`;
  });
  const buttons = ["#ff5f57", "#febc2e", "#28c840"].map(
    (colour, index) => `  <circle cx="${22 + index * 20}" cy="${titleBar / 2}" r="6" fill="${colour}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    `  font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace" font-size="14">`,
    "  <title>npm start in a terminal</title>",
    `  <rect width="100%" height="100%" rx="8" fill="${colours.ground}"/>`,
    `  <path d="M0 8a8 8 0 0 1 8-8H${width - 8}a8 8 0 0 1 8 8V${titleBar}H0z" fill="${colours.bar}"/>`,
    ...buttons,
    ...texts,
    "</svg>\n",
  ].join("\n");
};
