import { byId } from '../../../web/assets/dom.js';

/**
 * Does what the keys of the keyboard say.
 * @param {object} page
 * @param {{
 *   move(by: number): void,
 *   select(call: number | undefined): void,
 *   selected(): number | undefined,
 * }} page.list
 * @param {() => void} page.filter filters by what the filter's box holds
 * @param {() => void} page.pause
 */
export function listenToKeys({ list, filter, pause }) {
  const filterBox = byId('filter', HTMLInputElement);
  const spanBox = byId('span', HTMLSelectElement);

  /** @type {Readonly<Record<string, () => void>>} */
  const KEYS = {
    ArrowDown: () => list.move(1),
    ArrowUp: () => list.move(-1),
    PageDown: () => list.move(20),
    PageUp: () => list.move(-20),
    Home: () => list.move(-Infinity),
    End: () => list.move(Infinity),
    '/': () => filterBox.focus(),
    p: pause,
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = event.target === filterBox || event.target === spanBox;
    if (event.key === 'Escape') escape();
    else if (event.target === filterBox && (event.key === 'ArrowDown' || event.key === 'Enter')) {
      filterBox.blur();
      list.move(list.selected() === undefined ? Infinity : 0);
    } else if (isTyping || isReading(event) || !Object.hasOwn(KEYS, event.key)) return;
    else KEYS[event.key]?.();
    event.preventDefault();
  });

  /** Leaves the filter, closes the details or empties the filter: the first that can be done. */
  function escape() {
    if (document.activeElement === filterBox && filterBox.value === '') filterBox.blur();
    else if (list.selected() !== undefined && document.activeElement !== filterBox) list.select(undefined);
    else {
      filterBox.value = '';
      filter();
    }
  }
}

/** Whether a key belongs to the details, in which arrow keys scroll. */
const isReading = (/** @type {KeyboardEvent} */ { target, key }) =>
  key !== '/' && key !== 'p' && target instanceof Element && target.closest('#detail') !== null;
