import { describe, expect, test } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import type { Container } from '../../../../src/engine/container.ts';
import { DbgError } from '../../../../src/errors.ts';
import { meansSeveral } from '../../../../src/verbs/why/why-several.ts';
import { container, fakeContext, fakeEngine, fakeOutput } from '../../fakes.ts';

const named = (name: string, over: Parameters<typeof container>[0] = {}): Container => {
  const id = Buffer.from(name).toString('hex').padEnd(64, '0');
  return container({
    name,
    id,
    ...over,
    state: { pid: 0, status: 'exited', finishedAt: 1, startedAt: 0, ...over?.state },
  });
};
const WELL = named('job');
const ILL = named('app', { state: { exitCode: 3 } });
const KILLED = named('db', { state: { exitCode: 139, finishedAt: 2 }, labels: { tier: 'data' } });

const why = async (args: readonly string[], containers: readonly Container[], over = {}) => {
  const ctx = fakeContext({ args: ['why', ...args], containers, now: () => 10_000, ...over });
  return { code: await run(ctx), ...ctx.printed };
};

describe('the whole host', () => {
  test('only what is broken, the worst first, and how many there are', async () => {
    const { code, out, err } = await why([], [WELL, ILL, KILLED]);
    expect(out).toBe(
      [
        '✗ "db" crashed 10 seconds ago: exit code 139 (SIGSEGV: it touched memory that it does not have)',
        '  seen:  it said nothing    (docker logs --tail 50 db)',
        '  what the kernel says of it:  journalctl -k --since -1h -g segfault',
        '✗ "app" ended 10 seconds ago with exit code 3',
        '  seen:  it said nothing    (docker logs --tail 50 app)',
        '  what it said:  docker logs --tail 50 app',
        '',
        '2 of 3 containers have something broken (-v shows the others too)',
        '',
      ].join('\n'),
    );
    expect([code, err]).toEqual([1, '']);
  });

  test('-v shows the others too', async () => {
    const { out } = await why(['-v'], [WELL, ILL]);
    expect(out).toContain('✓ "job" ended 10 seconds ago by itself with exit code 0: its program was done\n');
    expect(out).toMatch(/\n\n1 of 2 containers has something broken\n$/);
  });

  test('nothing broken, and no container at all', async () => {
    expect(await why([], [WELL])).toMatchObject({
      code: 0,
      out: 'nothing is broken in 1 container, as far as dbg can see (-v shows the others too)\n',
    });
    expect(await why([], [])).toMatchObject({ code: 0, out: 'there is no container\n' });
    expect(await why(['--json'], [])).toMatchObject({ code: 0, out: '[]\n' });
  });

  test('--json is a list', async () => {
    const { out } = await why(['--json'], [WELL, ILL]);
    expect(JSON.parse(out)).toMatchObject([{ container: 'app', broken: true, answer: { id: 'life.exit-code' } }]);
    const all = JSON.parse((await why(['--json', '-v'], [WELL, ILL])).out) as { container: string }[];
    expect(all.map((each) => each.container)).toEqual(['app', 'job']);
  });
});

describe('one that cannot be looked at', () => {
  const engineWith = (containers: readonly Container[], inspect: (ref: string) => Promise<Container | undefined>) => {
    const engine = fakeEngine(containers);
    return async () => ({
      ...engine,
      inspect: async (ref: string) => (ref === WELL.id ? inspect(ref) : engine.inspect(ref)),
    });
  };
  const refuse = () => Promise.reject(new DbgError('the engine is \u001b[31mill'));

  test('is a line on stderr, and the others are looked at', async () => {
    const { code, out, err } = await why([], [WELL, ILL], { engine: engineWith([WELL, ILL], refuse) });
    expect(err).toBe('dbg: "job" could not be looked at: the engine is \\e[31mill\n');
    expect(out).toContain('✗ "app" ended');
    expect(code).toBe(1);
  });

  test('is dbg’s failure where nothing else is broken', async () => {
    const engine = engineWith([WELL], refuse);
    expect(await why(['--json'], [WELL], { engine })).toMatchObject({ code: 125, out: '[]\n' });
  });

  test('has gone meanwhile: nothing is said', async () => {
    const engine = engineWith([WELL, ILL], async () => undefined);
    const { code, err, out } = await why([], [WELL, ILL], { engine });
    expect([code, err]).toEqual([1, '']);
    expect(out).toContain('1 of 1 container has');
  });
});

test('on a terminal, the progress is shown and cleared', async () => {
  let said = '';
  const stderr = fakeOutput((text) => (said += text), true);
  await why([], [WELL, ILL, KILLED], { stderr });
  expect(said).toBe('\r\u001b[K1 of 3 containers\r\u001b[K2 of 3 containers\r\u001b[K');
});

test.each([
  [['app,job'], ['app']],
  [['--label', 'tier=data'], ['db']],
])('%j', async (args, broken) => {
  const { out } = await why([...args, '--json'], [WELL, ILL, KILLED]);
  expect((JSON.parse(out) as { container: string }[]).map((each) => each.container)).toEqual(broken);
});

test.each([
  [['app,nosuch'], 125, 'there is no container "nosuch"'],
  [['--project', 'no'], 125, 'no container has label=com.docker.compose.project=no'],
  [['app,'], 2, 'a name is empty'],
  [[''], 2, 'a name is empty'],
  [['app', '--project', 'shop'], 2, 'not both'],
  [['app,db', 'web:80'], 2, 'which of them is to reach web:80?'],
  [['--udp'], 2, 'only for a connection'],
])('%j is refused', async (args, code, message) => {
  const { code: its, err } = await why(args, [ILL, KILLED]);
  expect([its, err]).toEqual([code, expect.stringContaining(message)]);
});

test.each([
  [[], {}, true],
  [['web'], {}, false],
  [['web', 'db'], {}, true],
  [[], { pid: 7 }, false],
  [[], { label: ['a'] }, true],
])('%j %j', (names, options, isSeveral) => expect(meansSeveral(names, undefined, options)).toBe(isSeveral));
