/** The upper edges of stacked layers, from the bottom up: each is the sum of its layer and those below it. */
export const stack = (layers: readonly (readonly number[])[]): readonly number[][] => {
  let below: readonly number[] = [];
  return layers.map((values) => {
    const edge = values.map((value, index) => value + (below[index] ?? 0));
    below = edge;
    return edge;
  });
};
