// What the page knows of the host: each collection by its keys. Nothing here needs a browser.

/** @import { Badge, Bus, Card, Flow, UsageRow, Wire } from '../host-picture.ts' */
/** @import { Changes } from '../changes.ts' */

/**
 * @typedef {object} Store
 * @property {Map<string, Card>} cards
 * @property {Map<string, Bus>} buses
 * @property {Map<string, Wire>} wires
 * @property {Map<string, Flow>} flows
 * @property {Map<string, UsageRow>} usage
 * @property {Map<string, Badge>} badges
 */

/** @returns {Store} */
export const makeStore = () => ({
  cards: new Map(),
  buses: new Map(),
  wires: new Map(),
  flows: new Map(),
  usage: new Map(),
  badges: new Map(),
});

/**
 * Takes what dbg says has changed. `isAll`: what is not in it is not there any more.
 * @param {Store} store
 * @param {Changes} changes
 */
export function takeChanges(store, changes, isAll = false) {
  for (const [name, known] of /** @type {[string, Map<string, unknown>][]} */ (Object.entries(store))) {
    const change = changes[/** @type {keyof Changes} */ (name)];
    if (isAll) known.clear();
    for (const key of change?.gone ?? []) known.delete(key);
    for (const each of change?.put ?? []) known.set(each.key, each);
  }
}

/** The wires of a container: its own, and those whose network it uses. */
export const wiresOf = (/** @type {Store} */ { wires }, /** @type {string} */ card) =>
  [...wires.values()].filter((wire) => wire.card === card || wire.guests.includes(card));
