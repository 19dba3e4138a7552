// Texts that get longer and shorter while the reader looks at what is below them.

/**
 * Keeps an element as high as it has been at its present width, so that what follows does not move up when its text gets
 * shorter.
 * @param {HTMLElement} el
 * @returns {() => void} stops it
 */
export function keepHeight(el) {
  let width = 0;
  const keep = () => {
    el.style.minHeight = getComputedStyle(el).height;
  };
  const sizes = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === width) return keep();
    width = contentRect.width;
    // Not at once: an observer must not resize what it observes.
    requestAnimationFrame(() => {
      el.style.minHeight = "";
      keep();
    });
  });
  sizes.observe(el);
  return () => sizes.disconnect();
}
