import { byId } from '../../web/assets/dom.js';
import { copyLine } from './controls/copy-line.js';
import { detailShapes, linesOf } from './shapes/detail-shapes.js';
import { patch } from './patch.js';

/** @import { Chosen } from './shapes/detail-shapes.js' */
/** @import { Store } from './store.js' */

/**
 * What was chosen, with its details.
 * @param {Store} store
 * @param {{ changed: () => void, closed: () => void }} listener
 */
export function makeChosen(store, { changed, closed }) {
  const box = byId('detail', HTMLElement);
  const content = byId('detail-content', HTMLElement);
  /** @type {Chosen | undefined} */
  let chosen;

  function choose(/** @type {Chosen | undefined} */ wanted) {
    const was = chosen;
    chosen = wanted;
    const [line] = wanted ? linesOf(store, wanted) : [];
    if (line) void copyLine(line.line);
    if (was && !wanted) {
      box.hidden = true;
      closed();
    }
    changed();
  }

  content.addEventListener('click', ({ target }) => {
    const line = target instanceof Element ? target.closest('[data-line]')?.getAttribute('data-line') : undefined;
    if (line) void copyLine(line);
  });
  byId('close', HTMLButtonElement).addEventListener('click', () => choose(undefined));

  return {
    choose,
    /** the container that was chosen */
    card: () => (chosen?.kind === 'card' ? store.cards.get(chosen.key) : undefined),
    draw() {
      const shapes = chosen && detailShapes(store, chosen);
      // What has gone meanwhile is not there to be asked about.
      if (box.hidden !== (shapes === undefined)) box.hidden = shapes === undefined;
      if (shapes) patch(content, shapes);
    },
  };
}
