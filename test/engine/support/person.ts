import { appendFileSync, chmodSync, chownSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Lab } from './lab.ts';

export interface Person {
  readonly uid: number;
  readonly home: string;
  /** the argv that runs dbg as this person */
  dbg(...args: readonly string[]): string[];
}

/**
 * A person without root's rights, who may use sudo without a password or not at all. The person exists only in an /etc of the
 * test's own, bound over the machine's in a mount namespace; dbg is a copy that the person can read.
 */
export async function person(lab: Lab, { mayUseSudo }: { mayUseSudo: boolean }): Promise<Person> {
  const uid = 4242;
  chmodSync(lab.folder, 0o755);
  const [etc, home] = [join(lab.folder, 'etc'), join(lab.folder, 'home')];
  await execa('cp', ['-a', '/etc', etc]);
  appendFileSync(join(etc, 'passwd'), `ann:x:${uid}:${uid}::${home}:/bin/bash\n`);
  appendFileSync(join(etc, 'group'), `ann:x:${uid}:\n`);
  appendFileSync(join(etc, 'shadow'), 'ann:!:19000::::::\n');
  const rule = join(etc, 'sudoers.d/ann');
  writeFileSync(rule, mayUseSudo ? 'ann ALL=(ALL) NOPASSWD: ALL\n' : '# nothing for ann\n', { mode: 0o440 });
  mkdirSync(home);
  chownSync(home, uid, uid);
  for (const part of ['bin', 'dist', 'package.json']) cpSync(part, join(lab.folder, 'dbg', part), { recursive: true });

  const become =
    'mount --bind "$1" /etc; shift; exec setpriv --reuid ann --regid ann --init-groups env -C "$HOME" "$@"';
  const entry = [
    'unshare',
    '-m',
    '--propagation',
    'private',
    'env',
    '-u',
    'DOCKER_CONFIG',
    `HOME=${home}`,
    'USER=ann',
    'sh',
    '-ec',
    become,
    'sh',
    etc,
  ];
  return { uid, home, dbg: (...args) => [...entry, process.execPath, join(lab.folder, 'dbg/bin/dbg.js'), ...args] };
}
