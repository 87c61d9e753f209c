import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nsenter, plainEntry } from '../../../src/enter/nsenter.ts';
import { parseStartTime } from '../../../src/proc/pid/stat.ts';
import { container, ID } from '../fakes.ts';

// The real script before a tool, on a process of this test's, which is in no container of that id.

let child: ChildProcess;
let startTime = '';
beforeAll(() => {
  child = spawn('sleep', ['600'], { stdio: 'ignore' });
  startTime = parseStartTime(readFileSync(`/proc/${child.pid}/stat`, 'utf8'))!;
});
afterAll(() => void child.kill('SIGKILL'));

/** What the entry tells on descriptor 3, and what its tool prints. */
function entered(pid: number, start: string, id: string = ID) {
  const target = { container: container({ id }), pid, startTime: start };
  // No namespaces: those would need root.
  const [file = '', ...args] = nsenter(target, ['echo', 'the tool'], { ...plainEntry([]) });
  const { output, status } = spawnSync(file, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], encoding: 'utf8' });
  return { told: output[3]!.trim(), printed: output[1]!, status };
}

test('a process with another start time is not entered: it has the number of one that ended', () => {
  const { told, printed, status } = entered(child.pid!, `${BigInt(startTime) + 1n}`);
  expect({ told, printed, status }).toEqual({ told: 'gone', printed: '', status: 125 });
});

test('a process that is not in the container’s cgroup is not entered', () => {
  const { told, printed, status } = entered(child.pid!, startTime);
  expect({ told, printed, status }).toEqual({ told: 'other', printed: '', status: 125 });
});

test('a process that has ended is not entered', () => {
  expect(entered(2 ** 22 + 1, startTime).told).toBe('gone');
});
