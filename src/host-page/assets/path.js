// The way that is shown for what the pointer or the keyboard is at. It says what dbg has seen:
// which ends belong together, and which bridge has them. Nothing here needs a browser.
import { troublesOf } from './shapes/card-shapes.js';
import { wiresOf } from './store.js';

/** @import { Bus, Card, PagePort, Wire } from '../host-picture.ts' */
/** @import { Store } from './store.js' */

/**
 * What to light up, and the way in words.
 * @typedef {object} Path
 * @property {ReadonlySet<string>} cards
 * @property {ReadonlySet<string>} wires
 * @property {ReadonlySet<string>} buses
 * @property {string} text
 */

/** @returns {Path} */
const path = (
  /** @type {readonly string[]} */ cards,
  /** @type {readonly Wire[]} */ wires,
  /** @type {readonly string[]} */ buses,
  /** @type {string} */ text,
) => ({ cards: new Set(cards), wires: new Set(wires.map(({ key }) => key)), buses: new Set(buses), text });

/** The way from a container to its networks, and where it is published. @returns {Path} */
export function pathOfCard(/** @type {Store} */ store, /** @type {Card} */ card) {
  const wires = wiresOf(store, card.key);
  const ways = wires.map((wire) => [...outward(store, card, wire), busText(store.buses.get(wire.bus))].join(' → '));
  const published = card.ports.map(({ at, container, protocol }) => `${at} → ${container}/${protocol}`);
  const text = [
    ...(ways.length > 0 ? ways : [`${card.name}: ${NOWHERE[card.on] ?? 'no wire'}`]),
    ...(published.length > 0 ? [`published ${published.join(', ')}`] : []),
  ].join('; ');
  return path(
    [card.key],
    wires,
    wires.map(({ bus }) => bus),
    text,
  );
}

/** @type {Readonly<Record<string, string>>} */
const NOWHERE = { host: "uses this host's own network", none: 'has no interface but lo' };

/** The way from one container to another, over a network on which both are. @returns {Path} */
export function pathBetween(/** @type {Store} */ store, /** @type {Card} */ from, /** @type {Card} */ to) {
  const there = wiresOf(store, to.key);
  const pairs = wiresOf(store, from.key).flatMap((wire) => {
    const other = there.find(({ bus }) => bus === wire.bus);
    return other ? [{ wire, other }] : [];
  });
  const cards = [from.key, to.key];
  if (pairs.length === 0) return path(cards, [], [], `${from.name} and ${to.name} are on no common network`);
  const text = pairs.map(({ wire, other }) =>
    [...outward(store, from, wire), busText(store.buses.get(wire.bus)), ...outward(store, to, other).toReversed()].join(
      ' → ',
    ),
  );
  const used = pairs.flatMap(({ wire, other }) => [wire, other]);
  return path(
    cards,
    used,
    used.map(({ bus }) => bus),
    text.join('; '),
  );
}

/** The way from a published port of the host to the container. @returns {Path} */
export function pathOfPort(/** @type {Store} */ store, /** @type {Card} */ card, /** @type {PagePort} */ port) {
  const wires = wiresOf(store, card.key);
  const ways = wires.map((wire) =>
    [busText(store.buses.get(wire.bus)), ...outward(store, card, wire).toReversed()].join(' → '),
  );
  const by = ways.length > 1 ? `by one of: ${ways.join(' | ')}` : (ways[0] ?? card.name);
  const text = `this host ${port.at} → ${by}, port ${port.container}/${port.protocol}`;
  return path(
    [card.key],
    wires,
    wires.map(({ bus }) => bus),
    text,
  );
}

/** @returns {Path} */
export function pathOfWire(/** @type {Store} */ store, /** @type {Wire} */ wire) {
  const card = store.cards.get(wire.card);
  const text = [...(card ? outward(store, card, wire) : []), busText(store.buses.get(wire.bus))].join(' → ');
  return path([wire.card, ...wire.guests], [wire], [wire.bus], wire.reason === '' ? text : `${text}; ${wire.reason}`);
}

/** @returns {Path} */
export function pathOfBus(/** @type {Store} */ store, /** @type {Bus} */ bus) {
  const wires = [...store.wires.values()].filter((wire) => wire.bus === bus.key);
  const cards = wires.flatMap(({ card, guests }) => [card, ...guests]);
  return path(cards, wires, [bus.key], `${busText(bus)}: ${new Set(cards).size} containers`);
}

/** From the container to the host's end: "web eth0 172.20.0.2", "veth1234 (cut: down)" */
function outward(/** @type {Store} */ store, /** @type {Card} */ card, /** @type {Wire} */ wire) {
  const owner = store.cards.get(wire.card);
  const who = owner && owner.key !== card.key ? `${card.name} (in the network of ${owner.name})` : card.name;
  const troubles = troublesOf(wire);
  const device = `${wire.device ?? 'no device of this host'}${troubles.length > 0 ? ` (${troubles.join('; ')})` : ''}`;
  return [[who, wire.name, ...wire.addresses.slice(0, 1)].join(' '), device];
}

function busText(/** @type {Bus | undefined} */ bus) {
  if (!bus) return 'nowhere';
  const name = bus.network ?? 'no network of the engine';
  return bus.device === null ? name : `${bus.device} (${name})`;
}
