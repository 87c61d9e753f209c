import { expect, test } from 'vitest';
import { parseStopOn, watchFor } from '../../../src/capture/stop-on.ts';
import type { ContainerEvent } from '../../../src/engine/engine-events.ts';
import type { LogListener } from '../../../src/engine/logs/follow-logs.ts';
import { container, fakeEngine } from '../fakes.ts';

/** A container's engine whose events and lines are said by the test. */
function watched(pid: number, ...wanted: readonly string[]) {
  const heard: string[] = [];
  const listeners: ((event: ContainerEvent) => void)[] = [];
  let say: (line: string) => void = () => undefined;
  const its = container({ state: { pid } });
  const engine = {
    ...fakeEngine([its]),
    watch: (_: unknown, onEvent: (event: ContainerEvent) => void) => {
      listeners.push(onEvent);
      return () => undefined;
    },
    followLogs: (_: unknown, { line }: LogListener) => {
      say = (text) => line({ stream: 'stdout', text });
      return () => (say = () => undefined);
    },
  };
  const stop = watchFor(engine, its, wanted.map(parseStopOn), (what) => heard.push(what));
  const happens = (action: string) =>
    listeners.forEach((onEvent) => onEvent({ action, time: 10_000, exitCode: undefined }));
  return { heard, stop, happens, says: (line: string) => say(line) };
}

test("what happens to it, in the engine's words", () => {
  const { heard, happens } = watched(1, 'die', 'unhealthy');
  for (const action of ['start', 'health_status: healthy', 'oom', 'health_status: unhealthy', 'die']) happens(action);
  expect(heard).toEqual(['unhealthy', 'die']);
});

test('what it says is told once', () => {
  const { heard, says, stop } = watched(1, 'log:no .* left', 'log:panic');
  for (const line of ['all is well', 'no space left', 'no space left', 'panic']) says(line);
  expect(heard).toEqual(['it said: no space left']);
  stop();
  says('panic');
  expect(heard).toHaveLength(1);
});
