// The lines for a shell that the page offers. They are copied, never run. Nothing here needs a
// browser.
import { wiresOf } from './store.js';

/** @import { Bus, Card, PageLine, Wire } from '../host-picture.ts' */
/** @import { Store } from './store.js' */

/** The lines for a container; the first is the one that helps most now. @returns {PageLine[]} */
export function linesOfCard(/** @type {Store} */ store, /** @type {Card} */ card) {
  const wires = wiresOf(store, card.key);
  const owner = store.cards.get(wires.find(({ cut }) => cut)?.card ?? '');
  const { word } = card;
  return [
    ...(owner ? [undoing(owner)] : []),
    { what: 'what is wrong with it', line: `dbg why ${word}` },
    ...(wires.length > 0
      ? [
          { what: 'its wires, with the proof', line: `dbg veth ${word}` },
          { what: 'its packets', line: `dbg tcpdump ${word}` },
        ]
      : []),
    { what: 'a shell with the tools of this host', line: `dbg shell ${word}` },
    { what: 'what it uses, live', line: `dbg top ${word}` },
    { what: 'what happens to it', line: `dbg watch ${word}` },
    { what: 'its limits', line: `dbg limits ${word}` },
    { what: 'its processes', line: `dbg ps ${word}` },
  ];
}

/** The lines for a wire. @returns {PageLine[]} */
export function linesOfWire(/** @type {Store} */ store, /** @type {Wire} */ wire) {
  const card = store.cards.get(wire.card);
  if (!card) return [];
  return [
    ...(wire.cut ? [undoing(card)] : []),
    { what: 'this wire, with the proof', line: `dbg veth ${card.word}` },
    { what: 'its packets', line: `dbg tcpdump ${card.word} -i ${wire.word}` },
  ];
}

/** The lines for a network. @returns {PageLine[]} */
export const linesOfBus = (/** @type {Bus} */ bus) => [
  { what: 'all wires of this host', line: 'dbg veth --all' },
  ...(bus.networkWord === '' ? [] : [{ what: 'its containers', line: `dbg why --network ${bus.networkWord}` }]),
];

/** @returns {PageLine} */
export const lineBetween = (/** @type {Card} */ from, /** @type {Card} */ to) => ({
  what: `whether ${from.name} reaches ${to.name}`,
  line: `dbg why ${from.word} ${to.word}`,
});

/** @returns {PageLine} */
export const lineOfPort = (/** @type {number} */ port) => ({
  what: `why nothing answers on port ${port} of this host`,
  line: `dbg why :${port}`,
});

/** @returns {PageLine} */
const undoing = (/** @type {Card} */ { word }) => ({ what: 'undo the cut', line: `dbg veth ${word} --up` });
