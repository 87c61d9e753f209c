import { expect, test } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import { container, fakeContext, fakeHost } from '../../fakes.ts';

const web = container({ env: ['PGHOST=db', 'http_proxy=p', 'MTR_PACKET=/data/evil', 'E\u001b[31m=x'] });

async function ran(...args: readonly string[]) {
  const host = fakeHost();
  const ctx = fakeContext({ args, host, containers: [web] });
  const exitCode = await run(ctx);
  const given = Object.keys(host.ranWith[0] ?? {}).filter((name) => name.startsWith('DBG_ENV_'));
  return { exitCode, ...ctx.printed, given, ran: host.ran.map((argv) => argv.at(-1)) };
}

const NAMES = 'MTR_PACKET\nPGHOST\nhttp_proxy\n';

test.each([
  ['exec', ['exec', '--env-from-container', 'web', 'env']],
  ['exec, without a program', ['exec', '--env-from-container', 'web']],
  ['exec, behind other options', ['exec', '-w', '/', '-e', 'A=1', '-it', '--env-from-container', 'web', 'env']],
  ['exec, before other options', ['exec', '--env-from-container', '-w', '/', 'web', 'env']],
  ['exec, with nothing for a list', ['exec', '--env-from-container=', 'web', 'env']],
  ['shell', ['shell', '--env-from-container', 'web']],
  ['shell, with a program', ['shell', '--env-from-container', 'web', '--', 'env']],
  ['tcpdump', ['tcpdump', '--env-from-container', 'web']],
  ['tcpflow', ['tcpflow', '--env-from-container', 'web', 'port', '80']],
  ['--dry-run', ['exec', '--env-from-container', '--dry-run', 'web', 'env']],
])('alone it prints names, not values, and runs nothing: %s', async (_, args) => {
  const { exitCode, out, err, ran: programs } = await ran(...args);
  expect([exitCode, out, programs]).toEqual([0, NAMES, []]);
  expect(err).toBe(
    'dbg: nothing was run; to take some of these:  dbg … --env-from-container=MTR_PACKET,PGHOST web …\n',
  );
});

test.each([
  ['in one word', ['--env-from-container=PGHOST,http_proxy'], ['PGHOST', 'http_proxy']],
  ['in the next word', ['--env-from-container', 'PGHOST'], ['PGHOST']],
  ['in the next word, several', ['--env-from-container', 'PGHOST,MTR_PACKET'], ['PGHOST', 'MTR_PACKET']],
  ['twice', ['--env-from-container=PGHOST', '--env-from-container=http_proxy'], ['PGHOST', 'http_proxy']],
  ['beside -e, which wins', ['--env-from-container=PGHOST', '-e', 'PGHOST=other'], ['PGHOST']],
  ['one that steers programs, as the person says so', ['--env-from-container=MTR_PACKET'], ['MTR_PACKET']],
])('with names it gives those and no others: %s', async (_, options, names) => {
  const { exitCode, given, ran: programs } = await ran('exec', ...options, 'web', 'env');
  expect([exitCode, given, programs]).toEqual([0, names.map((name) => `DBG_ENV_${name}`), ['env']]);
});

test('what stands behind the container is the tool’s', async () => {
  const { exitCode, given, ran: programs } = await ran('exec', 'web', 'env', '--env-from-container');
  expect([exitCode, given, programs]).toEqual([0, [], ['--env-from-container']]);
});

test.each([
  [
    'one that is not there',
    ['--env-from-container=PGHOST,PGPORT'],
    'was given no variable "PGPORT" (it has: MTR_PACKET, PGHOST, http_proxy)',
  ],
  ['no name', ['--env-from-container=a-b'], 'takes names of variables, not "a-b"'],
  ['a name of dbg’s own', ['--env-from-container=DBG_ROOT'], 'takes names of variables, not "DBG_ROOT"'],
])('an error, and nothing run: %s', async (_, options, message) => {
  const { exitCode, err, out, ran: programs } = await ran('exec', ...options, 'web', 'env');
  expect([exitCode, out, programs]).toEqual([2, '', []]);
  expect(err).toContain(message);
});

test('a name in small letters in the next word is the container: never run with what was not meant', async () => {
  const { exitCode, err, ran: programs } = await ran('exec', '--env-from-container', 'http_proxy', 'web', 'env');
  expect([exitCode, programs]).toEqual([125, []]);
  expect(err).toContain('http_proxy');
});

test('a container without any', async () => {
  const ctx = fakeContext({ args: ['exec', '--env-from-container', 'web'] });
  expect([await run(ctx), ctx.printed]).toEqual([
    0,
    { out: '', err: 'dbg: web was given no variables; nothing was run\n' },
  ]);
});
