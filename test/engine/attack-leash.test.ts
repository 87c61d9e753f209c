import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { firstLine, processes, sleep, PATIENT } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { person } from './support/person.ts';

// Between the person's dbg and root's there is a leash (src/host/run/leash.ts). Other users of the
// host may neither hold it, nor keep root's dbg from it.

const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

/** Connects to every socket of dbg's that /proc/net/unix names, as often and as long as it can. */
const FLOOD = `
const { readFileSync } = require('node:fs');
const { connect } = require('node:net');
let open = 0;
const hold = (name) => {
  if (open > 800) return;
  open++;
  const socket = connect('\\0' + name.slice(1));
  let failed = false;
  socket.on('error', () => (failed = true));
  socket.on('close', () => (open--, failed || hold(name)));
};
function attack() {
  const names = new Set(readFileSync('/proc/net/unix', 'latin1').match(/@[\\w-]*dbg[\\w-]*/g));
  for (const name of names) for (let count = 0; count < 300; count++) hold(name);
  setTimeout(attack, 1);
}
attack();
console.log('ready');`;

async function flood(lab: Lab): Promise<void> {
  const file = join(lab.folder, 'flood.cjs');
  writeFileSync(file, FLOOD, { mode: 0o644 });
  chmodSync(lab.folder, 0o755);
  const [program, ...args] = [...NOBODY, process.execPath, file];
  for (let count = 0; count < 3; count++) {
    const flooder = execa(program, args, { reject: false, stdin: 'ignore' });
    lab.cleanUp(() => (flooder.kill('SIGKILL'), flooder));
    await firstLine(flooder);
  }
}

const run = ([file = '', ...args]: readonly string[], env: Record<string, string> = {}) =>
  execa(file, args, { ...PATIENT, stdin: 'ignore', env });

describe('another user', () => {
  test('who connects to all that has the name of dbg ends no start, of eight', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const container = await lab.run();
    await flood(lab);
    const ends: unknown[] = [];
    for (let start = 0; start < 8; start++) {
      const { exitCode, stdout, stderr } = await run(ann.dbg('exec', container, 'echo', 'there'));
      ends.push([exitCode, stdout, stderr]);
    }
    expect(ends).toEqual(ends.map(() => [0, 'there', '']));
  });

  test('sees no socket of it, and opens nothing of it though he has its key', async ({ lab }) => {
    const ann = await person(lab, { mayUseSudo: true });
    const running = run(ann.dbg('exec', await lab.run(), 'sh', '-c', 'echo there; exec sleep 600'));
    await firstLine(running);
    expect(readFileSync('/proc/net/unix', 'latin1').includes('dbg-leash')).toBe(false);
    const keys = processes().flatMap(({ pid }) => {
      try {
        return /(?:^|\0)DBG_LEASH=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, 'latin1'))?.[1] ?? [];
      } catch {
        return [];
      }
    });
    expect(keys.length).toBeGreaterThan(0);
    const [pid, , descriptor] = keys[0]!.split(':');
    for (const how of ['<', '>', '<>']) {
      const line = `exec 3${how}/proc/${pid}/fd/${descriptor}`;
      expect((await run([...NOBODY, 'sh', '-c', line])).exitCode, line).not.toBe(0);
    }
    // Root's dbg is still led.
    running.kill('SIGTERM');
    expect((await running).exitCode).toBe(143);
  });
});

test('kill -9 at any moment of a start leaves no file of the leash', async ({ lab }) => {
  const ann = await person(lab, { mayUseSudo: true });
  const container = await lab.run();
  const runtime = join(ann.home, 'run');
  await run(['install', '-d', '-m', '700', '-o', String(ann.uid), runtime]);
  const files = () => [...readdirSync(runtime), ...readdirSync(tmpdir()).filter((name) => /leash/.test(name))];
  for (const delay of [0, 30, 60, 90, 120, 200, 300]) {
    const running = run(ann.dbg('exec', container, 'true'), { XDG_RUNTIME_DIR: runtime });
    await sleep(delay);
    running.kill('SIGKILL');
    await running;
  }
  await expect.poll(files).toEqual([]);
});
