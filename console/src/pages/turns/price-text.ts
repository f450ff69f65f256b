/** Not rounded: a turn costs fractions of a cent. */
export const { format: decimalText } = new Intl.NumberFormat("en-US", {
  maximumFractionDigits: 10,
  useGrouping: false,
});

/** A price as models send it, such as `0E-7`, with its currency. */
export const priceText = (price: string, currency = ""): string => {
  const value = Number(price);
  return `${Number.isFinite(value) ? decimalText(value) : price} ${currency}`.trim();
};
