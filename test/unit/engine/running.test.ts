import { expect, test } from 'vitest';
import { runningPid } from '../../../src/engine/running.ts';
import { failureText } from '../../../src/ui/failure.ts';
import { DbgError } from '../../../src/errors.ts';
import { container } from '../fakes.ts';

const now = Date.parse('2026-01-01T00:03:00Z');
const ended = { pid: 0, finishedAt: now - 180_000 };

test.each(['running', 'paused'])('a %s container has its pid', (status) => {
  expect(runningPid(container({ state: { status } }), now)).toBe(1234);
});

test.each([
  [
    'out of memory',
    { status: 'exited', exitCode: 137, oomKilled: true, ...ended },
    `dbg: container "web" is not running (exited 3 minutes ago with code 137, out of memory)
     start it:  docker start web        what it last said:  docker logs --tail 50 web
`,
  ],
  ['killed', { status: 'exited', exitCode: 137, ...ended }, '(exited 3 minutes ago with code 137, ended by signal 9)'],
  [
    'failed start',
    { status: 'created', pid: 0, error: 'no such file: sh' },
    '(it was never started; the engine says: no such file: sh)',
  ],
  [
    'restarting',
    { status: 'restarting', exitCode: 1, ...ended },
    'is restarting, and has no process just now (exited 3 minutes ago with code 1)',
  ],
  ['dead', { status: 'dead', ...ended }, 'is dead'],
  ['removing', { status: 'removing', ...ended }, 'is being removed'],
  [
    'running without a pid',
    { status: 'running', pid: 0 },
    'is not running (the engine calls it "running" and names no process)',
  ],
])('%s: says when and why it ended, and what to do', (_, state, text) => {
  const failure = failureOf(() => runningPid(container({ state }), now));
  expect(failure.exitCode).toBe(125);
  expect(failureText(failure.message, failure.next)).toContain(text);
});

function failureOf(call: () => unknown): DbgError {
  try {
    call();
  } catch (error) {
    if (error instanceof DbgError) return error;
  }
  throw new Error('it did not fail');
}
