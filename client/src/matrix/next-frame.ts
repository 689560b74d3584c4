/** The longest that work waits when the page is hidden, where frames are not drawn, in milliseconds. */
const hiddenDelay = 200;

/** Runs work before the next frame is drawn, or soon when none will be. */
export function runBeforeNextFrame(work: () => void): void {
  let isDone = false;
  const runOnce = (): void => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    work();
  };
  const timer = setTimeout(runOnce, hiddenDelay);
  // Outside a browser, in tests, there are no frames.
  if (typeof requestAnimationFrame === 'function') requestAnimationFrame(runOnce);
}
