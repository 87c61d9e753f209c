import { expect, test } from 'vitest';
import { believed, forget, forgetOthers, note } from '../../../../src/network/cut/cut-notes.ts';
import { HOST_NETNS, type NetnsPath } from '../../../../src/network/netns-path.ts';
import { fakeHost, fakeNotes, link } from '../../fakes.ts';

const MARK = 'dbg cut 0123abcd down ann 1000 0 web/eth0';
const CONTAINERS: NetnsPath = { path: '/proc/1234/ns/net', netns: 7 };
const OVERLAY: NetnsPath = { path: '/run/docker/netns/1-abc', netns: 8 };
const links = { '/proc/1/ns/net': 'net:[1]' };
const hostWith = (kept: Readonly<Record<string, string>> = {}) => ({ ...fakeHost({ links }), notes: fakeNotes(kept) });
const device = (alias: string, master?: string) => link({ ifindex: 2, alias, master });

test.each<[string, NetnsPath, string, string | undefined, Readonly<Record<string, string>>, boolean]>([
  ['in the container, noted', CONTAINERS, MARK, undefined, { 'cut-7-2': MARK }, true],
  [
    'in the container, noted, with the alias before it',
    CONTAINERS,
    `${MARK} | uplink`,
    undefined,
    { 'cut-7-2': MARK },
    true,
  ],
  ['in the container, forged', CONTAINERS, MARK, undefined, {}, false],
  ['in the container, on a port of a bridge of its own', CONTAINERS, MARK, 'br0', {}, false],
  ['in the container, copied to another device', CONTAINERS, MARK, undefined, { 'cut-7-3': MARK }, false],
  ['in another container, copied', CONTAINERS, MARK, undefined, { 'cut-9-2': MARK }, false],
  ['in the container, changed', CONTAINERS, MARK.replace('ann', 'bob'), undefined, { 'cut-7-2': MARK }, false],
  ['on the host, noted', HOST_NETNS, MARK, undefined, { 'cut-1-2': MARK }, true],
  ['on the host, a port of a bridge', HOST_NETNS, MARK, 'docker0', {}, true],
  ['on the host, moved there', HOST_NETNS, MARK, undefined, {}, false],
  ['of an overlay network', OVERLAY, MARK, 'br0', {}, true],
  ['no mark', HOST_NETNS, 'uplink', 'docker0', {}, false],
])('a mark %s', (_, place, alias, master, notes, isBelieved) => {
  const mark = believed(hostWith(notes)).mark({ place, device: device(alias, master) });
  expect(mark?.by).toBe(isBelieved ? 'ann' : undefined);
});

test('what has no mark', () => {
  const { isOurs } = believed(hostWith({ 'cut-7-2': MARK }));
  expect([isOurs(HOST_NETNS, 5), isOurs(OVERLAY, 5), isOurs(CONTAINERS, 2), isOurs(CONTAINERS, 5)]).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test('a note is made, and goes with its own mark alone', () => {
  const host = hostWith();
  const at = { place: CONTAINERS, device: device('uplink') };
  note(host, at, `${MARK} | uplink`);
  expect([...host.notes.all()]).toEqual([['cut-7-2', MARK]]);
  forget(host, at, MARK.replace('0123abcd', '99999999'));
  expect(host.notes.all().size).toBe(1);
  forget(host, at, MARK);
  expect(host.notes.all().size).toBe(0);
});

test('notes of what is nowhere any more go, but not those of a cut that is being made', () => {
  const host = hostWith({ 'cut-7-2': MARK, 'cut-7-3': MARK, 'cut-7-4': MARK.replace(' 1000 ', ' 5000 ') });
  forgetOthers(host, [{ place: CONTAINERS, device: device(MARK) }], 5_010_000);
  expect([...host.notes.all().keys()]).toEqual(['cut-7-2', 'cut-7-4']);
});
