import { expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import { findContainer } from '../../../src/engine/find-container.ts';
import { container, fakeEngine, summary } from '../fakes.ts';

const id = (start: string) => start.padEnd(64, '7');
const service = (name: string, number: string) => ({
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': name,
  'com.docker.compose.container-number': number,
});
const engine = fakeEngine([
  container({ name: 'web', id: id('aaa1') }),
  container({ name: 'web-2', id: id('aaa2') }),
  container({ name: 'database', id: id('caf3') }),
  container({ name: 'cafeteria', id: id('bbb4') }),
  container({ name: 'shop-front-1', id: id('f1'), labels: service('front', '1') }),
  container({ name: 'shop-front-2', id: id('f2'), labels: service('front', '2') }),
]);

function counting(counted: Engine) {
  const calls: string[] = [];
  return {
    ...counted,
    calls,
    inspect: (ref: string) => (calls.push('inspect'), counted.inspect(ref)),
    list: () => (calls.push('list'), counted.list()),
  };
}

test.each([
  ['web', 'web', ['inspect']],
  ['/web', 'web', ['inspect']],
  [id('caf3'), 'database', ['inspect']],
  ['aaa2', 'web-2', ['inspect', 'list']],
  ['shop/front.2', 'shop-front-2', ['list', 'inspect']],
  ['web-', 'web-2', ['inspect', 'list', 'inspect']],
  ['data', 'database', ['inspect', 'list', 'inspect']],
  ['cafe', 'cafeteria', ['inspect', 'list', 'inspect']],
  ['front.1', 'shop-front-1', ['inspect', 'list', 'inspect']],
])('%s is %s, by %j', async (ref, name, calls) => {
  const counted = counting(engine);
  expect((await findContainer(counted, ref)).name).toBe(name);
  expect(counted.calls).toEqual(calls);
});

test.each([
  ['we', '"we" is the beginning of 2 containers: web (aaa177777777), web-2 (aaa277777777)'],
  ['aaa', '"aaa" is the beginning of 2 containers'],
  // docker would take the id; a person may have meant the name.
  ['caf', '"caf" is the beginning of 2 containers: database (caf377777777), cafeteria (bbb477777777)'],
  [
    'front',
    '"front" is the service of 2 containers: shop-front-1 (shop/front.1, running), shop-front-2 (shop/front.2, running)',
  ],
  ['../../version', 'there is no container "../../version"'],
  ['we b', 'there is no container'],
  // Every name begins with nothing: it must not be the one container of a small engine.
  ['/', 'there is no container ""'],
  ['nope', 'there is no container "nope" (running: web, web-2, database, cafeteria, shop-front-1, shop-front-2)'],
  [':8080', 'no container publishes port 8080 (none is published)'],
])('%s is refused', async (ref, message) => await expect(findContainer(engine, ref)).rejects.toThrow(message));

test('a port that two publish, and one that nobody does', async () => {
  const ports = [{ host: 8080, container: 80, protocol: 'tcp' }];
  const list = async () => [summary({ name: 'a', ports }), summary({ name: 'b', ports })];
  const two: Engine = { ...engine, list };
  await expect(findContainer(two, ':8080')).rejects.toThrow('port 8080 is published by 2 containers: a (');
  await expect(findContainer(two, ':81/udp')).rejects.toThrow('no container publishes port 81/udp (published: 8080)');
});

test('many candidates are not a screenful', async () => {
  const many = fakeEngine(Array.from({ length: 500 }, (_, at) => container({ name: `web-${at}`, id: id(`d${at}`) })));
  await expect(findContainer(many, 'web')).rejects.toThrow(/web-11 \(\w+\), … \(488 more\)$/);
});

test.each(['shop/front.2', 'web-2', id('aaa2'), id('aaa2').slice(0, 12)])('for a change %s is enough', async (ref) => {
  await expect(findContainer(engine, ref, { isWhole: true })).resolves.toBeDefined();
});

test.each([
  [
    'data',
    '"data" is only the beginning of "database", and a command that changes something needs the whole name: nothing was done',
  ],
  ['aaa2', '"aaa2" is only the beginning of "web-2"'],
  ['shop-front-', '"shop-front-" is the beginning of 2 containers'],
])('for a change %s is not', async (ref, message) => {
  await expect(findContainer(engine, ref, { isWhole: true })).rejects.toThrow(message);
});
