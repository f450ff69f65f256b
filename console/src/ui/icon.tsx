/** Drawn as lines in a square of 24 units. */
const shapes = {
  attach:
    "m20.5 11.6-8.7 8.7a5.7 5.7 0 0 1-8-8l8.6-8.7a3.8 3.8 0 0 1 5.4 5.4l-8.7 8.6a1.9 1.9 0 0 1-2.7-2.7l8-8",
  close: "M6 6l12 12M18 6 6 18",
  settings: "M3 7h8m6 0h4M3 17h4m6 0h8M17 7a3 3 0 1 1-6 0 3 3 0 0 1 6 0Zm-4 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z",
} as const;

/** A picture within a control that has a name of its own. */
export const Icon = ({ shape }: { shape: keyof typeof shapes }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={shapes[shape]} />
  </svg>
);
