/** The longest that work waits when the page is hidden, where frames are not drawn, in milliseconds. */
const hiddenDelay = 200;

/** Runs work before the next frame is drawn, or soon when none will be. */
export function runBeforeNextFrame(work: () => void): void {
  let done = false;
  const runOnce = (): void => {
    if (done) return;
    done = true;
    window.clearTimeout(timer);
    window.cancelAnimationFrame(frame);
    work();
  };
  const timer = window.setTimeout(runOnce, hiddenDelay);
  const frame = window.requestAnimationFrame(runOnce);
}
