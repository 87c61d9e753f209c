/** @import { Path } from './path.js' */

/**
 * Lights up a way on the map, and says it. The attribute that does this is no matter of the map's
 * drawing, so moving the pointer draws nothing anew.
 * @param {SVGSVGElement} map
 * @param {HTMLElement} box
 */
export function makeLit(map, box) {
  /** @type {() => Path | undefined} */
  let ask = () => undefined;
  /** @type {Set<Element>} */
  let on = new Set();

  function again() {
    const path = ask();
    const wanted = path ? new Set(elementsOf(map, path)) : new Set();
    for (const element of on) if (!wanted.has(element)) element.removeAttribute('data-lit');
    for (const element of wanted) if (!on.has(element)) element.setAttribute('data-lit', '');
    on = wanted;
    if (map.hasAttribute('data-path') !== (path !== undefined)) map.toggleAttribute('data-path');
    const text = path?.text ?? '';
    if (box.textContent !== text) box.textContent = text;
  }

  return {
    again,
    show(/** @type {() => Path | undefined} */ path) {
      ask = path;
      again();
    },
  };
}

function elementsOf(/** @type {SVGSVGElement} */ map, /** @type {Path} */ { cards, wires, buses }) {
  return [...map.querySelectorAll('[data-card], [data-wire], [data-bus]')].filter(
    (each) =>
      cards.has(each.getAttribute('data-card') ?? '') ||
      wires.has(each.getAttribute('data-wire') ?? '') ||
      buses.has(each.getAttribute('data-bus') ?? ''),
  );
}
