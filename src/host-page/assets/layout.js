// Where each container stands on the map. Nothing here needs a browser: dbg draws the same map into
// a file.

/** @import { Bus, Card, HostPicture, Wire } from '../host-picture.ts' */

/** @typedef {Pick<HostPicture, 'cards' | 'buses' | 'wires'>} Seen */
/**
 * A container at one of its networks. `lead` is the y of the bus to which its wire goes up.
 * @typedef {object} Place
 * @property {string} key
 * @property {Card} card
 * @property {Wire | undefined} wire undefined where it has none of its own there
 * @property {string} host the container whose network it uses; "" where the network is its own
 * @property {number} x
 * @property {number} y
 * @property {number} lead
 */
/**
 * A network with its containers, or those of the host's own network, or of none.
 * @typedef {object} Section
 * @property {string} key
 * @property {Bus | undefined} bus
 * @property {string} title
 * @property {number} y
 * @property {readonly Place[]} places
 */
/** @typedef {{ sections: readonly Section[], width: number, height: number, cardWidth: number }} Layout */

export const CARD_HEIGHT = 102;
/** Where the bus runs down, and where its branches begin. */
export const TRUNK = 6;
/** How far from the left of a card its wire is. */
export const WIRE_AT = 18;
const HEAD = 26;
/** The room above a card, for its wire. */
const ABOVE = 28;
const GAP = 10;
const INDENT = 18;
const BETWEEN = 22;
const LEAST_CARD = 166;
const MOST_CARD = 236;

/**
 * Lays the containers out in rows below their networks, as wide as there is room.
 * @param {Seen} seen
 * @param {number} width in pixels
 * @returns {Layout}
 */
export function layOut(seen, width) {
  const columns = Math.max(1, Math.floor((width - INDENT + GAP) / (LEAST_CARD + GAP)));
  const cardWidth = Math.floor(Math.max(80, Math.min(MOST_CARD, (width - INDENT - (columns - 1) * GAP) / columns)));
  let y = 4;
  const sections = groupsOf(seen).map(({ members, ...group }) => {
    const top = y;
    const above = group.bus ? ABOVE : GAP;
    const places = members.map((member, at) => {
      const row = y + HEAD + Math.floor(at / columns) * (above + CARD_HEIGHT);
      return { ...member, x: INDENT + (at % columns) * (cardWidth + GAP), y: row + above, lead: row + 8 };
    });
    y += HEAD + Math.ceil(members.length / columns) * (above + CARD_HEIGHT) + BETWEEN;
    return { ...group, y: top, places };
  });
  return { sections, width, height: y, cardWidth };
}

/** @typedef {Pick<Place, 'key' | 'card' | 'wire' | 'host'>} Member */

/** The networks in order, each with its containers in order. */
function groupsOf(/** @type {Seen} */ { cards, buses, wires }) {
  const byId = new Map(cards.map((card) => [card.key, card]));
  const onWires = new Map(buses.map((bus) => [bus.key, /** @type {Member[]} */ ([])]));
  /** @type {Set<string>} */
  const placed = new Set();
  for (const wire of wires.toSorted((a, b) => compare(byId.get(a.card)?.name ?? '', byId.get(b.card)?.name ?? ''))) {
    const members = onWires.get(wire.bus);
    const owner = byId.get(wire.card);
    if (!members || !owner) continue;
    members.push({ key: `${wire.bus} ${wire.key}`, card: owner, wire, host: '' });
    for (const guest of wire.guests) {
      const card = byId.get(guest);
      if (card) members.push({ key: `${wire.bus} ${wire.key} ${guest}`, card, wire, host: owner.name });
    }
  }
  for (const members of onWires.values()) for (const { card } of members) placed.add(card.key);
  const without = (/** @type {readonly Card['on'][]} */ ...on) =>
    cards
      .filter((card) => !placed.has(card.key) && on.includes(card.on))
      .toSorted((a, b) => compare(a.name, b.name))
      .map((card) => ({ key: card.key, card, wire: undefined, host: '' }));
  const networks = buses
    .toSorted((a, b) => compare(rankOf(a), rankOf(b)))
    .map((bus) => ({ key: bus.key, bus, title: titleOf(bus), members: onWires.get(bus.key) ?? [] }));
  return [
    ...networks,
    { key: '/host', bus: undefined, title: "this host's own network", members: without('host') },
    { key: '/none', bus: undefined, title: 'no network', members: without('none', 'shared') },
    { key: '/unknown', bus: undefined, title: 'networks that were not recorded', members: without('unknown') },
  ].filter(({ members }) => members.length > 0);
}

/** What is on no network of the engine's comes last. */
const rankOf = (/** @type {Bus} */ { network, device }) =>
  `${network === null ? 1 : 0}${network ?? ''} ${device ?? ''}`;

const titleOf = (/** @type {Bus} */ { network }) => network ?? 'no network of the engine';

const compare = (/** @type {string} */ a, /** @type {string} */ b) => (a < b ? -1 : a > b ? 1 : 0);
