import { expect, test } from 'vitest';
import { standIn } from '../../../../src/jobs/engine-stand-in/stand-in.ts';
import { fakeContext, fakeHost } from '../../fakes.ts';

test.each([
  [{ listen: 'unix:/nowhere/sock' }, {}, 'cannot listen on /nowhere/sock: ENOENT: no such file'],
  [
    { listen: undefined },
    { XDG_RUNTIME_DIR: '/nowhere' },
    'no socket can be created in /nowhere: ENOENT: no such file',
  ],
])('a place of which nobody can tell whose it is, is not taken: %j %j', async (place, env, why) => {
  const isOthers = () => {
    throw new Error('ENOENT: no such file');
  };
  const ctx = fakeContext({ env, host: { ...fakeHost(), isOthers } });
  const started = standIn(
    ctx,
    { command: ['true'], context: undefined, told: () => undefined, ...place },
    { start: () => expect.unreachable() },
  );
  await expect(started).rejects.toThrow(why);
});
