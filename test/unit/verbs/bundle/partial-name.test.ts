import { expect, test } from 'vitest';
import { partialName, removeLeftPartials } from '../../../../src/verbs/bundle/partial-name.ts';

/** A line of /proc/PID/stat; the state is the third field, the start time the 22nd. */
const stat = (pid: number, start: string, state = 'S') =>
  `${pid} (dbg) ${state} 1 ${pid} ${pid} 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${start} 0 0\n`;
const FILES: Readonly<Record<string, string>> = {
  '/proc/sys/kernel/random/boot_id': '0123abcd-1111-2222-3333-444444444444\n',
  '/proc/70/stat': stat(70, '5000'),
  '/proc/71/stat': stat(71, '6000'),
  '/proc/72/stat': stat(72, '7000', 'Z'),
};
const LINKS: Readonly<Record<string, string>> = { '/proc/self': '70', '/proc/self/ns/pid': 'pid:[4026531836]' };

function hostWith(names: readonly string[], remove: (path: string) => void = () => undefined) {
  return {
    read: (path: string) => FILES[path],
    link: (path: string) => LINKS[path],
    entries: () => [...names],
    remove,
  };
}

test('the name says whose it is, and fits into the 255 bytes that a name may have', () => {
  const name = partialName(hostWith([]), `/srv/${'ü'.repeat(120)}.tar.gz`);
  expect(name).toMatch(/^\/srv\/\.ü{48}\.partial-0123abcd-4026531836-70-5000-[\da-f]{8}$/);
  expect(Buffer.byteLength(name.replace('/srv/', ''))).toBeLessThanOrEqual(255);
});

test.each([
  ['of a process that is no more', '.a.tar.gz.partial-0123abcd-4026531836-99-5000-01234567', true],
  ['of a process whose PID another one has', '.a.tar.gz.partial-0123abcd-4026531836-71-5000-01234567', true],
  ['of a zombie', '.a.tar.gz.partial-0123abcd-4026531836-72-7000-01234567', true],
  ['of a process that lives', '.a.tar.gz.partial-0123abcd-4026531836-71-6000-01234567', false],
  ['of another boot, or machine', '.a.tar.gz.partial-0123abce-4026531836-99-5000-01234567', false],
  ['of another pid namespace', '.a.tar.gz.partial-0123abcd-4026532000-99-5000-01234567', false],
  ['of somebody else', '.a.tar.gz.partial-1', false],
  ['that is a bundle', 'a.tar.gz', false],
])('a file %s: whether it is removed', (_, name, isRemoved) => {
  const removed: string[] = [];
  removeLeftPartials(
    hostWith([name], (path) => void removed.push(path)),
    '/srv',
    undefined,
  );
  expect(removed).toEqual(isRemoved ? [`/srv/${name}`] : []);
});

test('a file that cannot be removed stops nothing', () => {
  const names = ['.a.partial-0123abcd-4026531836-99-1-01234567', '.b.partial-0123abcd-4026531836-99-1-01234567'];
  let count = 0;
  const refuse = () => {
    count++;
    throw new Error('EPERM');
  };
  removeLeftPartials(hostWith(names, refuse), '/srv', undefined);
  expect(count).toBe(2);
});
