import { expect, test } from 'vitest';
import { applied, changesBetween, EMPTY } from '../../../src/host-page/changes.ts';
import { checkedChanges } from '../../../src/host-page/checked-changes.ts';
import { card, CUT, picture, SHOP, wire } from './pictures.ts';

test('what has changed, and nothing else', () => {
  expect(changesBetween(SHOP, structuredClone(SHOP))).toBeUndefined();
  const now = {
    ...SHOP,
    cards: [...SHOP.cards.slice(1), card('new')],
    wires: SHOP.wires.map((each) => (each.key === 'db/back' ? { ...each, cut: CUT } : each)),
  };
  expect(changesBetween(SHOP, now)).toEqual({
    cards: { put: [card('new')], gone: [card('web').key] },
    wires: { put: [{ ...SHOP.wires[2], cut: CUT }], gone: [] },
  });
});

test('changes make the picture that they are of', () => {
  const now = picture({ cards: [card('db', { state: 'paused' }), card('new')], buses: SHOP.buses });
  expect(applied(SHOP, changesBetween(SHOP, now)!)).toEqual(now);
  expect(applied(EMPTY, changesBetween(EMPTY, SHOP)!)).toEqual(SHOP);
});

test.each([
  [
    'a card that lacks a field',
    { cards: { put: [{ key: 'a', name: 'a' }], gone: [] } },
    { cards: { put: [], gone: [] } },
  ],
  [
    'a wire whose cut is a word',
    { wires: { put: [{ ...wire('a', 'b'), cut: 'x' }], gone: [] } },
    { wires: { put: [], gone: [] } },
  ],
  ['what is no list', { cards: { put: {}, gone: [] }, wires: 7, flows: null }, {}],
  ['keys that are no text', { buses: { put: [], gone: [1] } }, {}],
  ['what a recording does not have', { usage: { put: [], gone: [] }, __proto__: { cards: 1 } }, {}],
  [
    'a severity that there is not',
    {
      badges: {
        put: [{ key: 'a', at: 1, findings: [{ id: 'x', severity: 'fine', sentence: '', evidence: [], next: [] }] }],
        gone: [],
      },
    },
    { badges: { put: [], gone: [] } },
  ],
  [
    'a finding without its sentence',
    { badges: { put: [{ key: 'a', at: 1, findings: [{ id: 'x', severity: 'broken' }] }], gone: [] } },
    { badges: { put: [], gone: [] } },
  ],
])('a recording with %s', (_, recorded, checked) => {
  expect(checkedChanges(recorded)).toEqual(checked);
});

test('a recording that is right is as it was', () => {
  const recorded = JSON.parse(JSON.stringify(changesBetween(EMPTY, SHOP)));
  expect(checkedChanges(recorded)).toEqual(recorded);
});
