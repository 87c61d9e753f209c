import { expect, test } from 'vitest';
import { askForNames, neighbourNames } from '../../../../src/jobs/evidence/ask-names.ts';
import { container, fakeEngine, fakeHost } from '../../fakes.ts';

const on = (network: string, aliases: readonly string[] = []) => ({ network, networkId: network, mac: '', aliases });
const all = ['a', 'b', 'c', 'd'].map((name, at) =>
  container({
    name,
    id: String(at + 1).repeat(64),
    networks: name === 'c' ? [on('back')] : [on('front', [`${name}.front`, String(at + 1).repeat(12)])],
    ...(name === 'd' ? { state: { status: 'exited', pid: 0 } } : {}),
  }),
);

test('the names of what runs on the same networks, the own one among them, without short ids', async () => {
  expect(await neighbourNames(fakeEngine(all), all[0]!)).toEqual(['a', 'a.front', 'b', 'b.front']);
});

test('on the default bridge containers have no names', async () => {
  expect(await neighbourNames(fakeEngine(all), container({ networks: [on('bridge')] }))).toEqual([]);
});

test('what a nameserver says, or does not say', async () => {
  // Header: answer, code; counts of questions and answers. Then one A record.
  const answer = (code: number, records = '') => `db60818${code}0000000${records ? 1 : 0}00000000${records}`;
  const record = `00000100010000000000040a000001`;
  const host = {
    ...fakeHost(),
    output: async () => `0 0 0 1 ${answer(0, record)}\n1 0 0 1 ${answer(3)}\n`,
  };
  const into = (argv: readonly string[]) => [...argv];
  expect(await askForNames(host, into, ['127.0.0.11'], ['db', 'web'])).toEqual([
    { name: 'db', type: 'A', server: '127.0.0.11', said: '10.0.0.1' },
    { name: 'db', type: 'AAAA', server: '127.0.0.11', said: 'no such name' },
    { name: 'web', type: 'A', server: '127.0.0.11', said: 'no answer' },
    { name: 'web', type: 'AAAA', server: '127.0.0.11', said: 'no answer' },
  ]);
  expect(await askForNames(host, into, ['127.0.0.11'], ['..'])).toEqual([]);
});
