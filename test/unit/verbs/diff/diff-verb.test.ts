import { expect, test } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import type { Configuration } from '../../../../src/engine/inspection.ts';
import type { Comparison } from '../../../../src/evidence/compare-evidence.ts';
import { comparisonRecord, comparisonText } from '../../../../src/verbs/diff/diff-text.ts';
import { container, fakeContext, fakeEngine, fakeHost } from '../../fakes.ts';

const stopped = { status: 'exited', pid: 0, finishedAt: 1 };
const GOOD = container({ name: 'good', id: '1'.repeat(64), state: stopped, env: ['MODE=a', 'DB_PASSWORD=one'] });
const BAD = container({ name: 'bad', id: '2'.repeat(64), state: stopped, env: ['MODE=b', 'DB_PASSWORD=two'] });

function context(args: readonly string[], configurations: Readonly<Record<string, Partial<Configuration>>> = {}) {
  const containers = [GOOD, BAD];
  const of = (id: string) => ({ config: {}, hostConfig: {}, ...configurations[id] });
  const engine = {
    ...fakeEngine(containers),
    configuration: async (id: string) => of(id),
    imageConfiguration: async (id: string) => (id in configurations ? of(id) : undefined),
  };
  return fakeContext({ args: ['diff', ...args], host: fakeHost(), containers, engine: async () => engine });
}

test.each([
  [['good'], 2, 'compare with what?'],
  [['good', 'bad', '--image'], 2, 'not both'],
  [['good', 'good'], 2, 'the same container'],
  [['good', 'nosuch'], 125, 'there is no container "nosuch"'],
  [['good', '--image'], 125, 'is gone'],
])('dbg diff %j ends with %d', async (args, exitCode, said) => {
  const ctx = context(args);
  expect(await run(ctx)).toBe(exitCode);
  expect(ctx.printed.err).toContain(said);
  expect(ctx.printed.out).toBe('');
});

test('two that do not run: what the engine knows is compared, and the rest is named', async () => {
  const ctx = context(['good', 'bad'], { [BAD.id]: { hostConfig: { CapAdd: ['NET_ADMIN'] } } });
  expect(await run(ctx)).toBe(1);
  expect(ctx.printed.out).toContain(
    'environment\n  DB_PASSWORD\n    - [redacted]\n    + [redacted]  (another value)\n  MODE\n    - a\n    + b\n',
  );
  expect(ctx.printed.out).toContain('rights\n  HostConfig.CapAdd\n    + ["NET_ADMIN"]\n');
  expect(ctx.printed.out).toMatch(/^not compared: .*routes.*\(bad: container "bad" is not running/m);
  expect(ctx.printed.out).not.toMatch(/\bone\b|\btwo\b/);
});

test('a container beside its image', async () => {
  const ctx = context(['good', '--image'], {
    [GOOD.imageId]: { config: { Cmd: ['run'], Env: ['MODE=image'] } },
    [GOOD.id]: { config: { Cmd: ['run', '-v'], Hostname: 'x' } },
  });
  expect(await run(ctx)).toBe(1);
  expect(ctx.printed.out).toContain('--- image busybox\n+++ good\n');
  expect(ctx.printed.out).toContain('  Config.Cmd\n    - ["run"]\n    + ["run","-v"]\n');
  expect(ctx.printed.out).toContain('  MODE\n    - image\n    + a\n');
  expect(ctx.printed.out).not.toContain('Hostname');
});

const none: Comparison = { differences: [], setAside: [], unlooked: [], untold: [] };

test('what containers say is escaped', () => {
  const text = comparisonText(
    { a: 'a\u001b[2J', b: 'b' },
    { ...none, differences: [{ section: 'environment', name: 'N\n', a: undefined, b: 'x\u202e' }] },
    false,
  );
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('\u202e');
  expect(text).toContain('  N\\n\n    + x\\u202e\n');
});

test('many differences of a section are cut, and JSON has them all', () => {
  const differences = Array.from({ length: 50 }, (_, at) => {
    return { section: 'sysctls', name: `n${at}`, a: '1', b: '2' } as const;
  });
  expect(comparisonText({ a: 'a', b: 'b' }, { ...none, differences }, false)).toContain('… 10 more');
  expect(comparisonRecord({}, {}, { ...none, differences }).differences).toHaveLength(50);
});

test('what differs by nature is counted, and shown with -v', () => {
  const setAside = [{ section: 'state', name: 'id', a: '1', b: '2', nature: 'id' }] as const;
  const text = (isVerbose: boolean) => comparisonText({ a: 'a', b: 'b' }, { ...none, setAside }, isVerbose);
  expect(text(false)).toMatch(/nothing differs.*\n\nset aside, as they differ by nature: 1 /s);
  expect(text(true)).toContain('state\n  id\n    - 1\n    + 2\n');
});
