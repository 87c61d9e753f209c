import { expect, test } from 'vitest';
import { emptyWish, engineWordsIn } from '../../../src/cli/arguments/engine-options.ts';
import { program } from '../../../src/cli/program.ts';
import { run } from '../../../src/cli/run.ts';
import type { EngineWish } from '../../../src/engine/choice/engine-wish.ts';
import { withSubcommands } from '../../../src/cli/verb.ts';
import { fakeContext, fakeEngine, fakeHost } from '../fakes.ts';

/** Runs a command line, and gives the wish with which an engine was asked for, and what was run. */
async function asked(...args: string[]) {
  let wish: EngineWish | undefined;
  const ctx = fakeContext({
    args,
    engine: async (its) => {
      wish = its;
      return fakeEngine([]);
    },
  });
  const exitCode = await run(ctx);
  return { wish, exitCode, err: ctx.printed.err };
}

const wishes = (over: Partial<EngineWish>) => ({ hosts: [], files: {}, ...over });

test.each<[string[], Partial<EngineWish>]>([
  [['ps', 'web'], {}],
  [['-c', 'prod', 'ps', 'web'], { context: 'prod' }],
  [['ps', '-c', 'prod', 'web'], { context: 'prod' }],
  [['ps', 'web', '-c', 'prod'], { context: 'prod' }],
  [['--context=prod', 'ps', 'web'], { context: 'prod' }],
  [['-H', 'tcp://h', 'exec', 'web', 'true'], { hosts: ['tcp://h'] }],
  [['-Htcp://h', 'exec', 'web', 'true'], { hosts: ['tcp://h'] }],
  [['-H=tcp://h', 'exec', 'web', 'true'], { hosts: ['tcp://h'] }],
  [['exec', '-H', 'tcp://h', '--tlsverify', 'web', 'true'], { hosts: ['tcp://h'], tlsVerify: true }],
  [['-H', 'h', 'exec', '-H', 'i', 'web', 'true'], { hosts: ['h', 'i'] }],
  // What stands behind the container is the tool's.
  [['exec', 'web', 'curl', '-H', 'A: b', '-c', 'jar', '--tls'], {}],
  [['-c', 'prod', 'exec', 'web', 'sh', '-c', 'true'], { context: 'prod' }],
  [['-c', 'prod', 'tcpdump', 'web', '-c', '5'], { context: 'prod' }],
  [['tcpdump', '--context', 'prod', 'web', '-c', '5'], { context: 'prod' }],
  [['tcpdump', '--project', 'shop', '-c', '5'], {}],
  [['strace', '--context', 'prod', 'web', '-c'], { context: 'prod' }],
  [
    ['--tls', '--tlscacert', 'a', '--tlscert', 'b', '--tlskey', 'c', '-H', 'h', 'ps', 'web'],
    { hosts: ['h'], tls: true, files: { ca: 'a', cert: 'b', key: 'c' } },
  ],
  // The verb's own options of the same name.
  [['why', 'web', 'db:443', '--tls'], {}],
  [['-c', 'prod', 'why', 'web', 'db:443', '--tls'], { context: 'prod' }],
])('%j', async (args, wish) => {
  expect((await asked(...args)).wish).toEqual(wishes(wish));
});

test.each<[string[], string]>([
  [['-c'], "option '-c, --context <name>' argument missing"],
  [['ps', '--host'], "option '-H, --host <address>' argument missing"],
  [['-c', '', 'ps', 'web'], 'It is empty'],
  [['tcpdump', '-c', 'prod', 'web'], 'if it names the engine:  dbg -c … tcpdump …'],
])('%j is refused', async (args, message) => {
  const { wish, exitCode, err } = await asked(...args);
  expect([wish, exitCode]).toEqual([undefined, 2]);
  expect(err).toContain(message);
});

test.each<[string[], number]>([
  [[], 0],
  [['ps', '-c', 'x'], 0],
  [['-c', 'x', 'ps'], 2],
  [['-cx', '--tls', '--host=h', '-Hh', 'ps'], 4],
  [['-c'], 1],
  [['--help'], 0],
  [['-V'], 0],
])('%j begins with %i words for the engine', (words, count) => expect(engineWordsIn(words)).toBe(count));

test('every verb takes the options that it does not have itself, and shows none of them', async () => {
  const root = await program(fakeContext(), emptyWish());
  const without: Record<string, string[]> = {
    tcpdump: ['-c', '-H'],
    strace: ['-c', '-H'],
    tcpflow: ['-c', '-H'],
    why: [],
  };
  for (const verb of withSubcommands(root).filter(({ commands }) => commands.length === 0)) {
    const own = verb.options.filter(({ hidden }) => !hidden).flatMap(({ short, long }) => [short, long]);
    const all = verb.options.flatMap(({ short, long }) => [short, long]);
    expect(all, verb.name()).toContain('--host');
    expect(all, verb.name()).toContain('--tlsverify');
    expect(own, verb.name()).not.toContain('--host');
    for (const short of ['-c', '-H']) {
      const isTaken = own.includes('--context') && short === '-c';
      const isLeft = isTaken || (without[verb.name()]?.includes(short) ?? false);
      expect(all.includes(short), `${verb.name()} ${short}`).toBe(!isLeft);
    }
  }
});

test("root's dbg gets the same words through sudo, and the person's own sockets", async () => {
  const host = fakeHost({ isRoot: false });
  const env = { XDG_RUNTIME_DIR: '/run/user/7', SSH_AUTH_SOCK: '/tmp/agent', HOME: '/home/ann' };
  const ctx = fakeContext({ args: ['-c', 'prod', 'ps', '--tlsverify', 'web'], host, env });
  expect(await run(ctx)).toBe(0);
  const [argv] = host.ran;
  expect(argv!.slice(argv!.indexOf('--'))).toEqual(['--', 'node', 'dbg.js', '-c', 'prod', 'ps', '--tlsverify', 'web']);
  expect(JSON.parse(host.ranWith[0]!['DBG_OWN_VALUES']!)).toEqual(env);
  expect(argv!.join(' ')).not.toContain('XDG_RUNTIME_DIR');
});

test.each<[string[], Record<string, string>, 'docker' | 'podman', string]>([
  [['ps', 'nosuch'], {}, 'docker', 'docker ps -a'],
  [['-c', 'default', 'ps', 'nosuch'], {}, 'docker', 'docker ps -a'],
  [['-H', 'unix:///a b.sock', 'ps', 'nosuch'], {}, 'docker', "docker -H 'unix:///a b.sock' ps -a"],
  [['-H', 'tcp://u:pw@h:1', '--tlsverify', 'ps', 'nosuch'], {}, 'docker', 'docker -H tcp://h:1 --tlsverify ps -a'],
  [['ps', 'nosuch'], { DOCKER_HOST: 'unix:///p.sock' }, 'podman', 'podman --url unix:///p.sock ps -a'],
])('%j %j, %s: the hint is for that engine', async (args, env, client, command) => {
  const engine = async () => ({ ...fakeEngine([]), client: () => client });
  const ctx = fakeContext({ args, env, engine });
  expect(await run(ctx)).toBe(125);
  expect(ctx.printed.err).toContain(`see all of them:  ${command}\n`);
});
