/**
 * Makes the things in a container one stop of the Tab key: one of them can be reached by Tab, and
 * the arrow keys lead to the others. Enter and the space bar do what a click does.
 * @param {Element} container
 * @param {string} selector the things
 * @param {(thing: Element, event: KeyboardEvent | FocusEvent) => void} focused
 */
export function makeRoving(container, selector, focused = () => undefined) {
  /** @type {Element | undefined} */
  let current;
  const things = () => [...container.querySelectorAll(selector)];

  function go(/** @type {Element | undefined} */ thing) {
    if (thing instanceof HTMLElement || thing instanceof SVGElement) {
      mark(thing);
      thing.focus();
      thing.scrollIntoView({ block: 'nearest' });
    }
  }

  function mark(/** @type {Element} */ thing) {
    current?.setAttribute('tabindex', '-1');
    current = thing;
    thing.setAttribute('tabindex', '0');
  }

  container.addEventListener('focusin', (event) => {
    const thing = event.target instanceof Element ? event.target.closest(selector) : null;
    if (!thing || !(event instanceof FocusEvent)) return;
    mark(thing);
    focused(thing, event);
  });
  container.addEventListener('keydown', (event) => {
    if (!(event instanceof KeyboardEvent) || event.ctrlKey || event.altKey || event.metaKey) return;
    const thing = event.target instanceof Element ? event.target.closest(selector) : null;
    if (!thing) return;
    if (event.key === 'Enter' || event.key === ' ') {
      thing.dispatchEvent(new MouseEvent('click', { bubbles: true, shiftKey: event.shiftKey }));
    } else if (event.key in WAYS || event.key === 'Home' || event.key === 'End') {
      const all = things();
      go(event.key === 'Home' ? all[0] : event.key === 'End' ? all.at(-1) : nextTo(thing, all, event.key));
    } else return;
    event.preventDefault();
  });

  return {
    /** Called after each drawing: something can be reached by Tab. */
    settle() {
      if (current && container.contains(current)) return;
      const [first] = things();
      current = undefined;
      if (first) mark(first);
    },
    /** Focuses what had the focus last. */
    back: () => go(current),
  };
}

/** @type {Readonly<Record<string, readonly [number, number]>>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The nearest thing in that direction; at the end of a row, the next in order. */
function nextTo(/** @type {Element} */ from, /** @type {readonly Element[]} */ all, /** @type {string} */ key) {
  const [right, down] = WAYS[key] ?? [0, 0];
  const start = centre(from);
  let best;
  let least = Infinity;
  for (const each of all) {
    if (each === from) continue;
    const at = centre(each);
    const ahead = (at.x - start.x) * right + (at.y - start.y) * down;
    const aside = Math.abs((at.x - start.x) * down) + Math.abs((at.y - start.y) * right);
    if (ahead < 2 || (right !== 0 && aside > at.height)) continue;
    const far = ahead + 2 * aside;
    if (far < least) [best, least] = [each, far];
  }
  return best ?? all[all.indexOf(from) + (right || down)];
}

function centre(/** @type {Element} */ thing) {
  const { left, top, width, height } = thing.getBoundingClientRect();
  return { x: left + Math.min(width, 160) / 2, y: top + height / 2, height };
}
