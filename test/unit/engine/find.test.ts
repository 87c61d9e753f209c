import { expect, test } from 'vitest';
import { findContainer } from '../../../src/engine/find.ts';
import { container, fakeEngine } from '../fakes.ts';

const id = (start: string) => start.padEnd(64, '7');
const engine = fakeEngine([
  container({ name: 'web', id: id('aaa1') }),
  container({ name: 'web-2', id: id('aaa2') }),
  container({ name: 'database', id: id('caf3') }),
  container({ name: 'cafeteria', id: id('bbb4') }),
]);

test.each([
  ['web', 'web'],
  ['/web', 'web'],
  ['web-', 'web-2'],
  ['data', 'database'],
  ['aaa2', 'web-2'],
  [id('caf3'), 'database'],
  ['cafe', 'cafeteria'],
])('%s is %s', async (ref, name) => expect((await findContainer(engine, ref)).name).toBe(name));

test.each([
  ['we', '"we" is the beginning of 2 containers: web (aaa177777777), web-2 (aaa277777777)'],
  ['aaa', '"aaa" is the beginning of 2 containers'],
  // docker would take the id; a person may have meant the name.
  ['caf', '"caf" is the beginning of 2 containers: database (caf377777777), cafeteria (bbb477777777)'],
  ['../../version', 'there is no container "../../version"'],
  ['we b', 'there is no container'],
  ['nope', 'there is no container "nope" (running: web, web-2, database, cafeteria)'],
])('%s is refused', async (ref, message) => await expect(findContainer(engine, ref)).rejects.toThrow(message));
