import { expect, test } from 'vitest';
import { DbgError } from '../../../../src/errors.ts';
import { remembering } from '../../../../src/network/map/remembering.ts';
import { container, fakeHost, ID, summary } from '../../fakes.ts';

const GONE = new DbgError('no engine answers');

/** An engine with one container, that is away or not, and what was asked of it. */
function engine() {
  const state = { isAway: false, all: [summary()], asked: [] as string[] };
  const answer = <T>(what: string, value: T) => {
    state.asked.push(what);
    return state.isAway ? Promise.reject(GONE) : Promise.resolve(value);
  };
  return { state, list: () => answer('list', state.all), inspect: () => answer('inspect', container()) };
}

test('while it is away, its last answers stand; then its new ones', async () => {
  const asked = engine();
  const remembered = remembering(fakeHost(), asked, () => 7);
  expect([await remembered.list(), await remembered.inspect(ID), remembered.away()]).toEqual([
    [summary()],
    container(),
    undefined,
  ]);
  asked.state.isAway = true;
  asked.state.asked = [];
  expect([await remembered.list(), await remembered.inspect(ID), await remembered.inspect('other')]).toEqual([
    [summary()],
    container(),
    undefined,
  ]);
  expect([remembered.away(), asked.state.asked]).toEqual([{ since: 7, why: GONE.message }, ['list']]);
  Object.assign(asked.state, { isAway: false, all: [] });
  expect([await remembered.list(), remembered.away()]).toEqual([[], undefined]);
});

test('one whose process has ended is not shown', async () => {
  const asked = engine();
  const remembered = remembering(fakeHost({ files: {} }), asked, () => 7);
  await remembered.list();
  await remembered.inspect(ID);
  asked.state.isAway = true;
  await remembered.list();
  expect(await remembered.inspect(ID)).toBeUndefined();
});

test('it goes in the midst of a look', async () => {
  const asked = engine();
  const remembered = remembering(fakeHost(), asked, () => 7);
  await remembered.list();
  await remembered.inspect(ID);
  asked.state.isAway = true;
  expect([await remembered.inspect(ID), remembered.away()?.since]).toEqual([container(), 7]);
});

test('one that never answered is an error', async () => {
  const asked = engine();
  asked.state.isAway = true;
  await expect(remembering(fakeHost(), asked, () => 7).list()).rejects.toBe(GONE);
});
