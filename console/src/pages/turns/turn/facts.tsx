import type { ComponentChildren } from "preact";

export interface Fact {
  readonly name: string;
  /** Undefined: not known, and not shown. */
  readonly value: ComponentChildren;
  readonly hint?: string;
}

/** Names and values; those without a value are left out. */
export const Facts = ({ facts }: { readonly facts: readonly Fact[] }) => {
  const known = facts.filter(({ value }) => value !== undefined);
  if (known.length === 0) return null;
  return (
    <dl class="turns-list">
      {known.map(({ name, value, hint }) => (
        <div key={name}>
          <dt>
            {name}
            {hint !== undefined && <span class="hint">{hint}</span>}
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
};
