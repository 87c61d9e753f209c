import { describe, expect, test } from 'vitest';
import { chosenAt, listState, pressedInList, type Shown } from '../../../../../src/verbs/top/screen/list-state.ts';

const SHOWN: Shown = { keys: ['a', 'b', 'c', 'd', 'e'], columns: ['name', 'cpu', 'history', 'memory'], page: 2 };
const after = (keys: readonly string[], shown = SHOWN, first = listState('cpu')) =>
  keys.reduce((state, key) => pressedInList(state, key, shown), first);

describe('choosing', () => {
  test.each([
    [['down'], 'b'],
    [['j', 'j', 'k'], 'b'],
    [['end'], 'e'],
    [['end', 'down'], 'e'],
    [['up'], 'a'],
    [['page down', 'page down'], 'e'],
    [['end', 'page up'], 'c'],
    [['end', 'home'], 'a'],
  ])('%s', (keys, chosen) => expect(SHOWN.keys[chosenAt(after(keys), SHOWN.keys)]).toBe(chosen));

  test('the chosen row stays chosen where it moves; when it is gone, its place counts', () => {
    const state = after(['down', 'down']);
    expect(chosenAt(state, ['c', 'b', 'a'])).toBe(0);
    expect(chosenAt(state, ['x', 'y', 'z', 'a'])).toBe(2);
    expect(chosenAt(state, ['x'])).toBe(0);
    expect(chosenAt(state, [])).toBe(0);
  });
  test('until somebody chooses, the first row is the chosen one', () =>
    expect(chosenAt(listState('cpu'), ['z', 'a'])).toBe(0));
});

describe('sorting', () => {
  test.each([
    [['right'], 'memory'],
    [['left'], 'name'],
    [['left', 'left'], 'memory'],
    [['>', '>'], 'name'],
    [['m'], 'memory'],
    [['n'], 'name'],
    [['p', 'c'], 'cpu'],
  ])('%s', (keys, sort) => expect(after(keys).sort).toBe(sort));

  test('r reverses, and another column begins anew', () => {
    expect(after(['r']).isReversed).toBe(true);
    expect(after(['r', 'r']).isReversed).toBe(false);
    expect(after(['r', 'm']).isReversed).toBe(false);
  });
  test('a key that means nothing changes nothing', () => {
    const state = listState('cpu');
    expect(pressedInList(state, 'constructor', SHOWN)).toBe(state);
    expect(pressedInList(state, 'x', SHOWN)).toBe(state);
  });
});

describe('filtering', () => {
  test.each([
    [['/', 'w', 'q'], { filter: 'wq', isTyping: true }],
    [['/', 'w', 'q', 'backspace'], { filter: 'w', isTyping: true }],
    [['/', 'w', 'enter'], { filter: 'w', isTyping: false }],
    [['/', 'w', 'escape'], { filter: '', isTyping: false }],
    [['/', 'w', 'clear', 'x'], { filter: 'x', isTyping: true }],
    [['/', 'w', 'enter', 'escape'], { filter: '', isTyping: false }],
    [['/', 'w', 'page up', 'redraw'], { filter: 'w', isTyping: true }],
    [['/', 'w', 'down'], { filter: 'w', isTyping: true, chosen: 'b' }],
    [['/', ...Array.from({ length: 80 }, () => 'x')], { filter: 'x'.repeat(64), isTyping: true }],
  ])('%s', (keys, expected) => expect(after(keys)).toMatchObject(expected));
});
