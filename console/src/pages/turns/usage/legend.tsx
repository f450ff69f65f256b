/** A part of a bar: its name, its colour as a CSS token, and its amount as text. */
export interface LegendPart {
  readonly name: string;
  readonly token: string;
  readonly amount: string;
  readonly hint?: string;
}

/** What the colours mean, with an amount each. */
export const Legend = ({ parts }: { readonly parts: readonly LegendPart[] }) => (
  <ul class="turns-legend">
    {parts.map(({ name, token, amount, hint }) => (
      <li key={name} title={hint}>
        <span class="turns-swatch" style={{ background: `var(${token})` }} aria-hidden="true" />
        {name} <b>{amount}</b>
      </li>
    ))}
  </ul>
);
