import { expect, test } from 'vitest';
import { parseStopOn, watchFor } from '../../../src/capture/stop-on.ts';
import type { ContainerEvent } from '../../../src/engine/engine-events.ts';
import { container, fakeEngine } from '../fakes.ts';

/** A container's engine whose events and lines are said by the test. */
function watched(pid: number, ...wanted: readonly string[]) {
  const heard: string[] = [];
  const listeners: ((event: ContainerEvent) => void)[] = [];
  const follows: (number | undefined)[] = [];
  let say: (line: string) => void = () => undefined;
  const its = container({ state: { pid } });
  const engine = {
    ...fakeEngine([its]),
    watch: (_: unknown, onEvent: (event: ContainerEvent) => void) => {
      listeners.push(onEvent);
      return () => undefined;
    },
    logs: (_: unknown, onEvent: (line: string) => void, since?: number) => {
      follows.push(since);
      say = onEvent;
      return () => (say = () => undefined);
    },
  };
  const stop = watchFor(engine, its, wanted.map(parseStopOn), (what) => heard.push(what));
  const happens = (action: string) =>
    listeners.forEach((onEvent) => onEvent({ action, time: 10_000, exitCode: undefined }));
  return { heard, follows, stop, happens, says: (line: string) => say(line) };
}

test("what happens to it, in the engine's words", () => {
  const { heard, happens } = watched(1, 'die', 'unhealthy');
  for (const action of ['start', 'health_status: healthy', 'oom', 'health_status: unhealthy', 'die']) happens(action);
  expect(heard).toEqual(['unhealthy', 'die']);
});

test('what it says is told once', () => {
  const { heard, follows, says } = watched(1, 'log:no .* left', 'log:panic');
  for (const line of ['all is well', 'no space left', 'no space left', 'panic']) says(line);
  expect(heard).toEqual(['it said: no space left']);
  expect(follows).toEqual([undefined]);
});

test('of a container that is started later, all that it says from then on', () => {
  const { heard, follows, happens, says, stop } = watched(0, 'log:panic');
  expect(follows).toEqual([]);
  happens('start');
  expect(follows).toEqual([9_500]);
  stop();
  says('panic');
  expect(heard).toEqual([]);
});
