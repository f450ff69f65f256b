/** Until then at the latest, in a tab that is not shown and therefore has no frames. */
const maxDelayMs = 200;

/** Runs a task once before the browser next shows the page. */
export const onNextFrame = (task: () => void): void => {
  let isDone = false;
  const run = (): void => {
    if (isDone) return;
    isDone = true;
    task();
  };
  requestAnimationFrame(run);
  setTimeout(run, maxDelayMs);
};
