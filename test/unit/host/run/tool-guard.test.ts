import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { startGuard } from '../../../../src/host/run/tool-guard.ts';

const left: number[] = [];
afterEach(() => {
  for (const pid of left.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended, as it should.
    }
  }
});

/** A tool that says which of these signals it gets, and ends with the last one. */
async function tool(...signals: readonly string[]) {
  const traps = signals.map(
    (signal, at) => `trap 'echo ${signal}${at === signals.length - 1 ? '; exit' : ''}' ${signal}`,
  );
  const program = `trap '' HUP TERM; ${traps.join('\n')}
echo begun; while :; do sleep 0.05; done`;
  const child = spawn('bash', ['-c', program], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  left.push(child.pid!);
  let said = '';
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
  await expect.poll(() => said).toBe('begun\n');
  return { pid: child.pid!, ended: once(child, 'close').then(([code, signal]) => ({ said, code, signal })) };
}

test('a tool that ignores TERM, as shells do, is asked by HUP', async () => {
  const { pid, ended } = await tool('HUP');
  startGuard(pid).sweep();
  expect(await ended).toEqual({ said: 'begun\nHUP\n', code: 0, signal: null });
});

test('a tool that ignores HUP, as under nohup(1), is asked by TERM', async () => {
  const { pid, ended } = await tool('TERM');
  startGuard(pid).sweep();
  expect(await ended).toEqual({ said: 'begun\nTERM\n', code: 0, signal: null });
});

test('however many signals are passed on, no listener stays behind', async () => {
  const warnings: string[] = [];
  const warned = ({ name }: Error) => name.startsWith('MaxListeners') && warnings.push(name);
  process.on('warning', warned);
  const { pid, ended } = await tool('TERM');
  const guard = startGuard(pid);
  for (let signals = 0; signals < 15; signals++) await guard.list();
  guard.sweep();
  await ended;
  process.off('warning', warned);
  expect(warnings).toEqual([]);
});

test('a tool that ignores both is killed', async () => {
  const { pid, ended } = await tool();
  startGuard(pid).sweep();
  expect(await ended).toMatchObject({ signal: 'SIGKILL' });
});
