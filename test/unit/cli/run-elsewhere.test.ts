import { expect, test } from 'vitest';
import { elsewhere } from '../../../src/cli/elsewhere/run-elsewhere.ts';
import { emptyWish } from '../../../src/cli/arguments/engine-options.ts';
import { Verb, type VerbPlace } from '../../../src/cli/verb.ts';
import { PLAIN_FORM, type EngineAddress } from '../../../src/engine/address.ts';
import { fakeContext } from '../fakes.ts';

const FAR = { kind: 'ssh', host: 'far', client: 'docker' } as const;

function asked(place: VerbPlace, address: EngineAddress, options: readonly string[] = []) {
  const verb = new Verb('ui').runsWhere(place).option('--replay <file>');
  verb.parseOptions([...options]);
  const choice = async () => ({ address, source: { by: '--host' }, form: PLAIN_FORM, client: 'docker' }) as const;
  return elsewhere(fakeContext({ choice }), emptyWish())(verb);
}

test.each(['there', 'terminal', 'here', 'listens'] as const)(
  'a verb that runs "%s" stays for a socket',
  async (place) => {
    expect(await asked(place, { kind: 'unix', path: '/run/docker.sock' })).toBeUndefined();
  },
);

test('what is here stays here, and so does a recording on a page', async () => {
  expect(await asked('here', FAR)).toBeUndefined();
  expect(await asked('listens', FAR, ['--replay', 'night.ndjson'])).toBeUndefined();
});

test('a port over there is no port here', async () => {
  await expect(asked('listens', FAR)).rejects.toMatchObject({
    message: 'dbg ui listens on the host on which it runs, and the containers are on far',
    next: [{ command: 'ssh -t -L 8080:127.0.0.1:8080 -- far dbg ui …' }],
  });
});
