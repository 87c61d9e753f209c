import { expect, test } from 'vitest';
import type { Container } from '../../../src/engine/container.ts';
import { DbgError } from '../../../src/errors.ts';
import { whereProcesses } from '../../../src/jobs/where-processes.ts';
import { container, fakeContext, fakeEngine, fakeHost, summary } from '../fakes.ts';

const idOf = (name: string) => Buffer.from(name).toString('hex').padEnd(64, '0');
const running = (name: string, pid: number) => container({ id: idOf(name), name, state: { pid } });
const broken = new DbgError('the engine at … cannot be asked');

/** What is seen of containers that the engine answers for in turn: the last answer of each stays. */
async function seen(
  answers: Readonly<Record<string, readonly (Container | undefined | DbgError)[]>>,
  asked: (id: string) => void = () => undefined,
) {
  const left = new Map(Object.entries(answers).map(([name, all]) => [idOf(name), [...all]]));
  const engine = {
    ...fakeEngine([]),
    list: async () => Object.keys(answers).map((name) => summary({ id: idOf(name), name })),
    inspect: async (id: string) => {
      asked(id);
      const all = left.get(id)!;
      const next = all.length > 1 ? all.shift() : all[0];
      if (next instanceof DbgError) throw next;
      return next;
    },
  };
  const here = {
    '/proc/7/cgroup': `0::/docker/${idOf('web')}\n`,
    '/proc/7/stat': `7 (sleep) S ${'0 '.repeat(18)}4242`,
  };
  const ctx = fakeContext({ host: fakeHost({ files: here }) });
  return whereProcesses(ctx, { kernel: '' }, async () => engine);
}

const web = running('web', 7);
const HERE = { kind: 'here', container: 'web', pid: 7 };

test.each([
  ['a process that is here', { web: [web] }, HERE],
  ['the engine errs about one that is being removed', { gone: [broken], web: [web] }, HERE],
  ['one ended while dbg looked', { old: [running('old', 8), undefined], web: [web] }, HERE],
  ['all ended while dbg looked', { old: [running('old', 8), undefined] }, { kind: 'unknown' }],
  [
    'the engine learns of an end late',
    { old: [running('old', 8), running('old', 8), running('old', 8), undefined] },
    { kind: 'unknown' },
  ],
  ['one error, and one that ended', { gone: [broken], old: [undefined] }, { kind: 'unknown' }],
  ['one was restarted while dbg looked', { old: [running('old', 8), running('old', 9)] }, { kind: 'unknown' }],
  [
    'one whose process is not here, however often the engine is asked',
    { far: [running('far', 8)] },
    { kind: 'elsewhere', evidence: '"far" is process 8 for the engine' },
  ],
  [
    'one is not here, and the engine errs about it, and another one is not here either',
    { gone: [running('gone', 8), broken], far: [running('far', 9)] },
    { kind: 'elsewhere', evidence: '"far" is process 9 for the engine' },
  ],
  ['one that is not here, and one that is', { far: [running('far', 8)], web: [web] }, HERE],
  ['nothing runs', {}, { kind: 'unknown' }],
])('%s', async (_, answers, expected) => expect(await seen(answers)).toMatchObject(expected));

test.each([
  ['that errs about every container', { a: [broken], b: [broken] }],
  ['that errs about the only one', { a: [broken] }],
  ['that errs when it is asked again', { a: [running('a', 8), broken] }],
])('an engine %s', async (_, answers) => {
  await expect(seen(answers)).rejects.toThrow('cannot be asked');
});

test('an engine that hangs is not asked about a third container', async () => {
  await expect(seen({ a: [broken], b: [broken], web: [web] })).rejects.toThrow('cannot be asked');
});

test('containers that are not here are looked for side by side', async () => {
  const asked: string[] = [];
  await seen({ a: [running('a', 8)], b: [running('b', 9)] }, (id) => asked.push(id));
  expect(asked.indexOf(idOf('b'))).toBeLessThan(4);
  expect(asked.slice(-2).toSorted()).toEqual([idOf('a'), idOf('b')].toSorted());
});
