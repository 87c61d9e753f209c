import { byId } from '../../../web/assets/dom.js';

/** The two views, of which one is shown. */
export function makeTabs(/** @type {() => void} */ changed) {
  const views = { map: byId('map-view', HTMLElement), usage: byId('usage-view', HTMLElement) };
  const buttons = { map: byId('map-tab', HTMLButtonElement), usage: byId('usage-tab', HTMLButtonElement) };
  /** @type {keyof typeof views} */
  let shown = 'map';

  function show(/** @type {keyof typeof views} */ view) {
    shown = view;
    for (const name of /** @type {(keyof typeof views)[]} */ (['map', 'usage'])) {
      views[name].hidden = name !== view;
      buttons[name].setAttribute('aria-selected', String(name === view));
      buttons[name].tabIndex = name === view ? 0 : -1;
    }
    changed();
  }

  buttons.map.addEventListener('click', () => show('map'));
  buttons.usage.addEventListener('click', () => show('usage'));
  for (const button of Object.values(buttons)) {
    button.addEventListener('keydown', ({ key }) => {
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
      show(shown === 'map' ? 'usage' : 'map');
      buttons[shown].focus();
    });
  }
  return { shown: () => shown };
}
