/** What a server says about a connection that it keeps open. */
export interface KeepAlive {
  /** How long the connection may be idle. */
  readonly timeoutMs: number | undefined;
  /** How many requests the connection serves. Apache counts it down, other servers repeat the total. */
  readonly maxRequests: number | undefined;
}

const parameter = /^(timeout|max)=(\d+)$/i;

const smallest = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : Math.min(...values);

/**
 * Parses a `Keep-Alive` header such as `timeout=5, max=100` (RFC 2068, 19.7.1.1). Parameters that are unknown or invalid are
 * ignored. If one is repeated, the smallest value counts.
 */
export const parseKeepAlive = (header: string): KeepAlive => {
  const given = header.split(",").flatMap((part) => {
    const [, name = "", digits = ""] = parameter.exec(part.replaceAll(/[\s"]/g, "")) ?? [];
    return name === "" ? [] : [{ name: name.toLowerCase(), value: Number(digits) }];
  });
  const valuesOf = (wanted: string): number[] =>
    given.flatMap(({ name, value }) => (name === wanted ? [value] : []));
  const seconds = smallest(valuesOf("timeout"));
  return {
    timeoutMs: seconds === undefined ? undefined : seconds * 1000,
    maxRequests: smallest(valuesOf("max")),
  };
};
