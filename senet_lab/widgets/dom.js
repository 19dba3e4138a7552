// Short, typed forms of the DOM operations that panels need.

/**
 * Creates an element with these properties.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Partial<HTMLElementTagNameMap[K]>} [properties]
 * @returns {HTMLElementTagNameMap[K]}
 */
export const element = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);

/**
 * Returns all descendants that match a selector. In drawings these are SVG elements, which have focus and data like
 * HTML elements.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export const findAll = (root, selector) => [...root.querySelectorAll(/** @type {"div"} */ (selector))];

/**
 * Returns the parts of a panel by their `data-part`.
 * @param {ParentNode} root
 * @returns {Record<string, HTMLElement>}
 */
export const findParts = (root) =>
  Object.fromEntries(findAll(root, "[data-part]").map((part) => [part.dataset.part, part]));

/**
 * Returns the nearest element that matches a selector, from the target of an event outward.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export const closest = ({ target }, selector) =>
  target instanceof Element ? target.closest(/** @type {"div"} */ (selector)) : null;

/**
 * Adds listeners; returns a function that removes them.
 * @param {EventTarget} target
 * @param {Record<string, (event: any) => void>} listeners by the name of their event
 * @param {boolean} [capture]
 */
export function listen(target, listeners, capture = false) {
  for (const [name, listener] of Object.entries(listeners)) target.addEventListener(name, listener, capture);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) target.removeEventListener(name, listener, capture);
  };
}

/** Returns an id for an element. crypto.randomUUID exists only on https and localhost; classrooms use plain http. */
export const uniqueId = () => `sn-${Math.random().toString(36).slice(2)}`;
