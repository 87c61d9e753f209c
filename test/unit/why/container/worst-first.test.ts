import { expect, test } from 'vitest';
import type { ContainerState } from '../../../../src/engine/container.ts';
import type { Judged, Severity } from '../../../../src/why/finding.ts';
import { type Examined, worstFirst } from '../../../../src/why/container/worst-first.ts';
import { container } from '../../fakes.ts';

const found = (id: string, severity: Severity = 'broken'): Judged => ({
  id,
  layer: id.split('.')[0]!,
  severity,
  sentence: id,
  evidence: [],
  next: [],
});

interface Case {
  readonly state?: Partial<ContainerState>;
  readonly restartPolicy?: string;
  readonly answer?: string;
  readonly suspect?: string;
}

const examined = (name: string, { state = {}, restartPolicy = 'no', answer, suspect }: Case): Examined => ({
  container: container({ name, state }),
  restartPolicy,
  verdict: {
    answer: answer === undefined ? undefined : found(answer),
    follows: [],
    others: suspect === undefined ? [] : [found(suspect, 'suspect')],
    layers: [],
  },
});

const down = { pid: 0, status: 'exited' };

test('the worst first', () => {
  const all = [
    examined('well', {}),
    examined('ended ill last year', { state: { ...down, finishedAt: 1 }, answer: 'life.exit-code' }),
    examined('perhaps slow', { suspect: 'resources.throttled' }),
    examined('perhaps short of memory', { suspect: 'resources.memory-near-limit' }),
    examined('ended ill just now', { state: { ...down, finishedAt: 2 }, answer: 'life.exit-code' }),
    examined('cannot be started', { state: { pid: 0, status: 'created' }, answer: 'life.entry-missing' }),
    examined('runs on a full disk', { answer: 'resources.space' }),
    examined('unhealthy', { answer: 'life.unhealthy' }),
    examined('waits for its restart', { state: { pid: 0, status: 'restarting' }, answer: 'life.restart-loop' }),
    examined('given up', { state: down, restartPolicy: 'on-failure', answer: 'life.gave-up' }),
  ];
  expect(worstFirst(all).map((each) => each.container.name)).toEqual([
    'waits for its restart',
    'given up',
    'unhealthy',
    'runs on a full disk',
    'cannot be started',
    'ended ill just now',
    'ended ill last year',
    'perhaps short of memory',
    'perhaps slow',
    'well',
  ]);
});

test('of those that are alike, the one that changed last, and then by name', () => {
  const all = ['b', 'a', 'c'].map((name) =>
    examined(name, { answer: 'life.paused', state: { startedAt: name === 'c' ? 9 : 5 } }),
  );
  expect(worstFirst(all).map((each) => each.container.name)).toEqual(['c', 'a', 'b']);
});
