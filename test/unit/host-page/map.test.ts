import { expect, test } from 'vitest';
import {
  lineBetween,
  lineOfPort,
  linesOfBus,
  linesOfCard,
  linesOfWire,
} from '../../../src/host-page/assets/commands.js';
import { layOut } from '../../../src/host-page/assets/layout.js';
import { mapShapes } from '../../../src/host-page/assets/shapes/map-shapes.js';
import { pathBetween, pathOfCard, pathOfPort, pathOfWire } from '../../../src/host-page/assets/path.js';
import type { Shape } from '../../../src/host-page/assets/shapes/shape.js';
import { makeStore, takeChanges } from '../../../src/host-page/assets/store.js';
import { changesBetween, EMPTY } from '../../../src/host-page/changes.ts';
import type { HostPicture } from '../../../src/host-page/host-picture.ts';
import { bus, card, CUT, idOf, picture, SHOP, wire } from './pictures.ts';

function storeOf(of: HostPicture) {
  const store = makeStore();
  takeChanges(store, changesBetween(EMPTY, of) ?? {});
  return store;
}
const store = storeOf(SHOP);
const [web, db, guest] = [card('web'), card('db'), card('guest', { on: 'shared' })];

test('each network with its containers by name; a guest follows its host; last those without a network', () => {
  const { sections } = layOut(SHOP, 1000);
  expect(sections.map(({ title, places }) => [title, places.map(({ card: { name }, host }) => [name, host])])).toEqual([
    [
      'back',
      [
        ['db', ''],
        ['guest', 'db'],
        ['web', ''],
      ],
    ],
    ['front', [['web', '']]],
    ['no network', [['alone', '']]],
  ]);
});

test.each([240, 376, 900, 1600])('%i pixels: all is inside, and nothing on something else', (width) => {
  const names = Array.from({ length: 23 }, (_, at) => `c${at}`);
  const seen = picture({
    cards: names.map((name) => card(name)),
    buses: [bus('net')],
    wires: names.map((name) => wire(name, 'net')),
  });
  const { sections, cardWidth, height } = layOut(seen, width);
  const places = sections.flatMap((section) => section.places);
  expect(places).toHaveLength(23);
  expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(23);
  for (const { x, y } of places) expect(x >= 0 && x + cardWidth <= width && y + 102 <= height).toBe(true);
});

const textsIn = (shape: Shape): string[] =>
  shape.children.flatMap((child) => (typeof child === 'string' ? [child] : textsIn(child)));
const find = (shapes: readonly Shape[], fits: (shape: Shape) => boolean): Shape[] =>
  shapes.flatMap((shape) => [
    ...(fits(shape) ? [shape] : []),
    ...find(
      shape.children.filter((child) => typeof child !== 'string'),
      fits,
    ),
  ]);
const drawn = (of: HostPicture) => {
  const { flows, usage, badges } = storeOf(of);
  return mapShapes(layOut(of, 1000), { flows, usage, badges });
};

test('a cut and a problem are to be seen, and heard', () => {
  const wires = [wire('web', 'front', { cut: CUT }), wire('db', 'front', { problems: ['mtu 1400 ≠ host end 1500'] })];
  const shapes = drawn(picture({ cards: [web, db], buses: [bus('front')], wires }));
  const classes = (part: string) =>
    find(shapes, ({ attributes }) => String(attributes['class']).split(' ')[0] === part).map(
      ({ attributes }) => attributes['class'],
    );
  expect([classes('card'), classes('wire')]).toEqual([
    ['card wrong', 'card cut'],
    ['wire wrong', 'wire cut'],
  ]);
  const labels = find(shapes, ({ tag }) => tag === 'svg').map(({ attributes }) => attributes['aria-label']);
  expect(labels[0]).toBe('db, running, eth0 10.0.0.2/24, mtu 1400 ≠ host end 1500');
  expect(labels[1]).toBe('web, running, eth0 10.0.0.2/24, cut: down');
});

test('hostile names are visible, short, and text', () => {
  const name = `\u202e</svg><script>${'x'.repeat(300)}`;
  const shapes = drawn(picture({ cards: [card(name)], buses: [bus(name)], wires: [wire(name, name)] }));
  const texts = shapes.flatMap(textsIn);
  expect(texts.join('')).not.toContain('\u202e');
  expect(find(shapes, ({ attributes }) => attributes['class'] === 'name').flatMap(textsIn)).toEqual([
    '\\u202e</svg><script>…',
  ]);
  expect(find(shapes, ({ tag }) => tag === 'script')).toEqual([]);
});

test('the ways, in words and lit', () => {
  expect(pathOfCard(store, web)).toMatchObject({
    text: 'web eth0 10.0.0.2/24 → veth-web → br-front (front); web eth1 10.0.0.2/24 → veth-web → br-back (back)',
    buses: new Set(['front', 'back']),
  });
  const way = pathBetween(store, db, web);
  expect(way.text).toBe('db eth0 10.0.0.2/24 → veth-db → br-back (back) → veth-web → web eth1 10.0.0.2/24');
  expect([...way.wires]).toEqual(['db/back', 'web/back']);
  expect(pathOfCard(store, guest).text).toBe(
    'guest (in the network of db) eth0 10.0.0.2/24 → veth-db → br-back (back)',
  );
  expect(pathBetween(store, web, card('alone')).text).toBe('web and alone are on no common network');
  expect(pathOfCard(store, card('alone', { on: 'none' })).text).toBe('alone: has no interface but lo');
  const cut = storeOf({ ...SHOP, wires: [wire('web', 'front', { cut: CUT })] });
  expect(pathOfWire(cut, wire('web', 'front', { cut: CUT })).text).toContain('veth-web (cut: down)');
});

test('from a published port: where several networks could carry it, dbg does not say which', () => {
  const port = { at: '0.0.0.0:8080', host: 8080, container: 80, protocol: 'tcp' };
  expect(pathOfPort(store, db, port).text).toBe(
    'this host 0.0.0.0:8080 → br-back (back) → veth-db → db eth0 10.0.0.2/24, port 80/tcp',
  );
  expect(pathOfPort(store, web, port).text).toMatch(/^this host 0\.0\.0\.0:8080 → by one of: .* \| .*, port 80\/tcp$/);
});

test('the lines to copy', () => {
  const lines = (all: readonly { readonly line: string }[]) => all.map(({ line }) => line);
  expect(lines(linesOfCard(store, web)).slice(0, 3)).toEqual(['dbg why web', 'dbg veth web', 'dbg tcpdump web']);
  expect(lines(linesOfCard(store, card('alone')))).not.toContain('dbg veth alone');
  const cut = storeOf({ ...SHOP, wires: [wire('db', 'back', { cut: CUT, guests: [idOf('guest')] })] });
  // The wire is db's: that is whose cut is undone, also where its guest was clicked.
  expect(lines(linesOfCard(cut, guest))[0]).toBe('dbg veth db --up');
  expect(lines(linesOfWire(cut, cut.wires.get('db/back')!))).toEqual([
    'dbg veth db --up',
    'dbg veth db',
    'dbg tcpdump db -i eth0',
  ]);
  expect(lines(linesOfBus(bus('front')))).toEqual(['dbg veth --all', 'dbg why --network front']);
  expect([lineBetween(web, db).line, lineOfPort(8080).line]).toEqual(['dbg why web db', 'dbg why :8080']);
});
