import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { cutArgv, type Cut } from '../../src/network/cut/cut-plan.ts';
import { parseLinks, type Link } from '../../src/network/links.ts';
import { HOST_NETNS } from '../../src/network/netns-path.ts';
import { parseStartTime } from '../../src/proc/pid/stat.ts';
import { container, fakeHost } from '../unit/fakes.ts';
import { makesCuts } from './support/cuts.ts';
import { type Lab, test } from './support/lab.ts';
import { ip, ipIn } from './support/netns.ts';

// Between dbg's look at a container and the cut of its device, anything may have happened: so the
// cut's own shell looks once more, in the last instant. Here it is told one thing that is no longer
// so.

makesCuts();

interface Told {
  readonly device?: Partial<Link>;
  readonly startTime?: string;
  readonly id?: string;
}

/** The host's device of a container's eth0. */
async function hostDevice(lab: Lab, name: string): Promise<Link> {
  const inside = parseLinks(await ipIn(`/proc/${await lab.pid(name)}/ns/net`, '-d -j link')).find(
    (each) => each.name === 'eth0',
  )!;
  return parseLinks(await ip('-d -j link')).find(({ ifindex }) => ifindex === inside.linkIndex)!;
}

/** Starts a cut as dbg does, but told otherwise; gives what it says first, and what ends it. */
async function cut(lab: Lab, name: string, { device: over = {}, startTime, id }: Told) {
  const pid = await lab.pid(name);
  const device = await hostDevice(lab, name);
  const target = {
    pid,
    startTime: startTime ?? parseStartTime(readFileSync(`/proc/${pid}/stat`, 'utf8'))!,
    container: container({ name, id: id ?? (await lab.docker('inspect', '-f', '{{.Id}}', name)) }),
  };
  const alias = `dbg cut 0123abcd down test 1 0 ${name}/eth0`;
  const at = { device: { ...device, ...over }, place: HOST_NETNS, side: 'host' as const };
  const plan = { interface: { at, target }, mark: { id: '0123abcd' }, alias, down: true, qdisc: [] } as unknown as Cut;
  const host = fakeHost({ links: { '/proc/1/ns/net': 'net:[1]', '/proc/self/ns/net': 'net:[1]' } });
  const [file = '', ...args] = cutArgv(host, plan);
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    said: String(said).trim(),
    end: async () => {
      child.stdin.end();
      await closed;
    },
  };
}

const OTHER = { id: 'c0ffee'.padEnd(64, '0') };

test.for<[string, (own: Link) => Told]>([
  ['the container: its process is in another one by now', () => ({ id: OTHER.id })],
  ['the start time: another process has the number', () => ({ startTime: '1' })],
  ['the other end of the wire', ({ linkIndex }) => ({ device: { linkIndex: linkIndex! + 1 } })],
  [
    'a beginning of the number of the other end',
    ({ linkIndex }) => ({ device: { linkIndex: Number(`${linkIndex}0`) } }),
  ],
  ['the namespace of the other end', ({ linkNetnsid }) => ({ device: { linkNetnsid: linkNetnsid! + 100 } })],
  ['the name of the device', ({ name }) => ({ device: { name: `${name}x` } })],
  ['the device', ({ ifindex }) => ({ device: { ifindex: ifindex + 100_000 } })],
])('a cut is not made where this is no longer so: %s', async ([, told], { lab }) => {
  const web = await lab.run('web');
  const device = await hostDevice(lab, web);
  const { said, end } = await cut(lab, web, told(device));
  const after = await hostDevice(lab, web);
  await end();
  expect(said).toBe('gone');
  expect([after.alias, after.flags.includes('UP')]).toEqual(['', true]);
});

test('told what is so, it is made, and undone with its guard', async ({ lab }) => {
  const web = await lab.run('web');
  const { said, end } = await cut(lab, web, {});
  expect(said).toBe('ok');
  const during = await hostDevice(lab, web);
  expect([during.alias, during.flags.includes('UP')]).toEqual([`dbg cut 0123abcd down test 1 0 ${web}/eth0`, false]);
  await end();
  const after = await hostDevice(lab, web);
  expect([after.alias, after.flags.includes('UP')]).toEqual(['', true]);
});
