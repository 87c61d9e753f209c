/**
 * Gives a function that draws once, in the browser's next frame, for all that happens until then.
 */
export function oncePerFrame(/** @type {() => void} */ draw) {
  let isScheduled = false;
  return () => {
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(() => {
      isScheduled = false;
      draw();
    });
  };
}
