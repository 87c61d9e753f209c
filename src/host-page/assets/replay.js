import { byId } from '../../web/assets/dom.js';
import { timeOfDay } from '../../web/assets/format.js';
import { askJson } from '../../web/assets/token.js';

/** @import { Moment } from '../page-message.ts' */

/** How often a recording that plays goes on, and by how much. */
const STEP_MS = 1000;

/** The slider of a recording. `shown` is called with what was to be seen at its time. */
export function makeReplay(/** @type {(moment: Moment) => void} */ shown) {
  const slider = byId('time', HTMLInputElement);
  const play = byId('play', HTMLButtonElement);
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let playing;
  let isAsking = false;

  /** Asks for the slider's time; when it has moved meanwhile, once more. */
  async function ask() {
    if (isAsking) return;
    isAsking = true;
    const time = slider.value;
    const text = `${new Date(Number(time)).toLocaleDateString()} ${timeOfDay(Number(time)).slice(0, 8)}`;
    byId('moment', HTMLOutputElement).textContent = text;
    slider.setAttribute('aria-valuetext', text);
    /** @type {Moment | undefined} */
    const moment = await askJson(`/moment?at=${time}`).catch(() => undefined);
    isAsking = false;
    if (moment) shown(moment);
    if (slider.value !== time) await ask();
  }

  function stop() {
    clearInterval(playing);
    playing = undefined;
    play.textContent = 'Play';
  }

  slider.addEventListener('input', () => void ask());
  play.addEventListener('click', () => {
    if (playing) return stop();
    play.textContent = 'Stop';
    if (Number(slider.value) >= Number(slider.max)) slider.value = slider.min;
    playing = setInterval(() => {
      slider.value = String(Number(slider.value) + STEP_MS);
      if (Number(slider.value) >= Number(slider.max)) stop();
      void ask();
    }, STEP_MS);
  });

  return {
    /** Shows the slider, at the end of the recording. */
    open(/** @type {{ from: number, to: number }} */ { from, to }) {
      // Whole steps, so that the end can be reached.
      slider.min = String(Math.floor(from));
      slider.max = String(Math.floor(from) + Math.ceil((to - from) / STEP_MS) * STEP_MS);
      slider.value = slider.max;
      byId('replay', HTMLElement).hidden = false;
      return ask();
    },
  };
}
