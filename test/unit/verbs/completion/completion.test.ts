import { describe, expect, test } from 'vitest';
import { VerbArgument } from '../../../../src/cli/arguments/verb-argument.ts';
import { emptyWish } from '../../../../src/cli/arguments/engine-options.ts';
import { program } from '../../../../src/cli/program.ts';
import { run } from '../../../../src/cli/run.ts';
import { expectedWord } from '../../../../src/verbs/completion/completion-wanted.ts';
import { interfaceNames, names, networks, ports } from '../../../../src/verbs/completion/completion-names.ts';
import { container, fakeContext, fakeEngine, fakeHost, ID, summary } from '../../fakes.ts';

const root = await program(fakeContext(), emptyWish());
const wordsOf = (...typed: string[]) => {
  const what = expectedWord(root, typed);
  return what.kind === 'words' ? what.words.map(({ word }) => word) : what;
};

describe('what is wanted', () => {
  test('every verb and every option that the help shows, and no hidden one', () => {
    const verbs = root.commands.map((verb) => verb.name()).filter((name) => name !== '__complete');
    expect(wordsOf('')).toEqual([...verbs, 'help']);
    expect(wordsOf('help', '')).toEqual([...verbs, 'help']);
    for (const verb of root.commands) {
      const shown = verb.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []);
      expect(wordsOf(verb.name(), '-')).toEqual(expect.arrayContaining([...shown, '--help']));
    }
    expect(wordsOf('exec', '-')).not.toContain('--tty');
    expect(wordsOf('-')).toEqual(expect.arrayContaining(['--version', '--help']));
  });

  test.each([
    [['shell', ''], { kind: 'containers' }],
    [['exec', '--dry-run', 'we'], { kind: 'containers' }],
    [['exec', '-it', 'we'], { kind: 'containers' }],
    [['exec', '--', 'we'], { kind: 'containers' }],
    [['exec', 'web', ''], { kind: 'command', from: 2 }],
    [['cat', ''], { kind: 'containers' }],
    [['cat', 'web', '/etc/'], { kind: 'nothing' }],
    [['exec', '--env-from-container', 'we'], { kind: 'containers' }],
    [['exec', '--env-from-container', 'web', ''], { kind: 'command', from: 3 }],
    [['exec', '--env-from-container', 'A,B', 'we'], { kind: 'containers' }],
    [['exec', '--env-from-container=A,B', 'we'], { kind: 'containers' }],
    [['exec', 'web', '--'], { kind: 'command', from: 2 }],
    [['exec', 'web', '--', 'l'], { kind: 'command', from: 3 }],
    [['shell', '--dry-run', 'web', 'ls', '--', '-'], { kind: 'command', from: 3 }],
    [['shell', '--', ''], { kind: 'command', from: 2 }],
    [['api', 'snoop', ''], { kind: 'command', from: 2 }],
    [['api', 'snoop', '-v', '--', 'docker', 'ps', '-'], { kind: 'command', from: 4 }],
    [['api', 'snoop', '--json', 'docker', 'ps', '-'], { kind: 'command', from: 3 }],
    [['shell', '--dry-run', '--', 'ip', 'a'], { kind: 'command', from: 3 }],
    [['tcpdump', 'web', '-'], { kind: 'files' }],
    [['veth', 'web', ''], { kind: 'nothing' }],
    [['veth', '--network', ''], { kind: 'networks', container: undefined }],
    [['veth', '-n', 'we'], { kind: 'networks', container: undefined }],
    [['veth', 'web', '--down', '--network=we'], { kind: 'networks', container: 'web' }],
    [['veth', 'web', '-i', ''], { kind: 'interfaces', container: 'web' }],
    [['veth', '--network', 'n', 'web', '--interface', ''], { kind: 'interfaces', container: 'web' }],
    [['veth', '--network', 'n', ''], { kind: 'containers' }],
    [['veth', '--network=n', ''], { kind: 'containers' }],
    [['veth', '--reverse', ''], { kind: 'nothing' }],
    [['strace', '--diff', ''], { kind: 'files' }],
    [['veth', '--bogus=', ''], { kind: 'containers' }],
    [['veth', '--bogus='], { kind: 'nothing' }],
    [['bogus', ''], { kind: 'nothing' }],
    [['top', ''], { kind: 'container lists' }],
    [['top', 'web', ''], { kind: 'container lists' }],
  ])('%j', (typed, what) => expect(expectedWord(root, typed)).toEqual(what));

  test('choices of an argument', () => expect(wordsOf('completion', '')).toEqual(['bash', 'zsh', 'fish']));

  test('a verb hands the rest to a tool exactly when its last argument takes all that comes', async () => {
    for (const verb of root.commands) {
      // parseOptions() leaves what follows an operand alone only where options are passed through.
      const all = (await program(fakeContext(), emptyWish())).commands;
      const fresh = all.find((each) => each.name() === verb.name())!;
      const passes = fresh.parseOptions(['operand', '--unknown', 'x']).operands.length === 3;
      const last = verb.registeredArguments.at(-1);
      // `dbg top web db --json`: several containers, or ports, are no tool's words.
      const isTools = last instanceof VerbArgument && !['container lists', 'ports'].includes(last.kind);
      expect(last?.variadic === true && isTools, verb.name()).toBe(passes);
    }
  });
});

describe('names', () => {
  const labels = (service: string, number: string) => ({
    'com.docker.compose.project': 'shop',
    'com.docker.compose.service': service,
    'com.docker.compose.container-number': number,
  });
  const words = (all: Parameters<typeof names>[0]) => names(all).map(({ word }) => word);

  test('a service, where it means this container; else its number', () =>
    expect(
      words([
        summary({ id: 'a', name: 'shop-db-1', labels: labels('db', '1') }),
        summary({ id: 'b', name: 'shop-web-1', labels: labels('web', '1') }),
        summary({ id: 'c', name: 'shop-web-2', labels: labels('web', '2') }),
        summary({ id: 'd', name: 'cron', labels: labels('cron', '1') }),
      ]),
    ).toEqual([
      'shop-db-1',
      'shop-web-1',
      'shop-web-2',
      'cron',
      'db',
      'shop/db',
      'web.1',
      'shop/web.1',
      'web.2',
      'shop/web.2',
      'shop/cron',
    ]));

  test('only what lives', () =>
    expect(words([summary({ state: 'exited' }), summary({ state: 'paused', id: 'b' })])).toEqual(['web']));

  const on53 = (name: string, ...protocols: readonly string[]) =>
    summary({ id: name, name, ports: protocols.map((protocol) => ({ host: 53, container: 53, protocol })) });
  test.each([
    ['of one container by tcp and udp', [on53('a', 'tcp', 'udp')], [':53', ':53/udp']],
    ['by udp first, as the engine lists it', [on53('a', 'udp', 'tcp')], [':53', ':53/udp']],
    ['by udp alone', [on53('a', 'udp')], [':53']],
    ['at two addresses', [on53('a', 'tcp', 'tcp')], [':53']],
    ['of one by both, of another by udp, at another address', [on53('a', 'tcp', 'udp'), on53('b', 'udp')], [':53']],
    ['of two by tcp', [on53('a', 'tcp'), on53('b', 'tcp')], []],
  ])('a port %s', (_, all, expected) =>
    expect(
      ports(all)
        .map(({ word }) => word)
        .toSorted(),
    ).toEqual(expected),
  );

  test('ports, with the protocol where it must be said', () =>
    expect(
      ports([
        summary({ id: 'a', name: 'a', ports: [{ host: 53, container: 53, protocol: 'tcp' }] }),
        summary({ id: 'b', name: 'b', ports: [{ host: 53, container: 53, protocol: 'udp' }] }),
      ]).map(({ word }) => word),
    ).toEqual([':53', ':53/udp']));

  test('networks with who is on them', () =>
    expect(networks([summary({ networks: ['x', 'y'] }), summary({ name: 'db', networks: ['x'] })])).toEqual([
      { word: 'x', about: 'web, db' },
      { word: 'y', about: 'web' },
    ]));

  test('interfaces of /proc/PID/net/dev', () =>
    expect(
      interfaceNames('Inter-| Receive\n face |bytes\n    lo: 0 0\n  eth0: 1 2\neth0.7@x:12 3\nveth1: 0\n').map(
        ({ word }) => word,
      ),
    ).toEqual(['eth0', 'eth0.7@x', 'veth1']));
});

describe('dbg __complete', () => {
  const said = async (words: string[], over: Parameters<typeof fakeContext>[0] = {}) => {
    const ctx = fakeContext({ args: ['__complete', '--', ...words], host: fakeHost({ isRoot: false }), ...over });
    const exitCode = await run(ctx);
    expect(ctx.host.ran).toEqual([]); // no sudo, nothing at all
    expect({ exitCode, err: ctx.printed.err }).toEqual({ exitCode: 0, err: '' });
    return ctx.printed.out;
  };

  test.each([
    [['shell', ''], 'words\nweb\tbusybox, Up 3 minutes\n'],
    [['shell', 'web', '--', 'l'], 'command 3\n'],
    [['tcpdump', 'web', ''], 'files\n'],
    [['completion', 'f'], 'words\nbash\t\nzsh\t\nfish\t\n'],
    [['veth', '--network=x'], 'words\n--network=app_net\tweb\n'],
    [['veth', 'nope', '-i', ''], 'nothing\n'],
    [['--version'], expect.stringMatching(/^words\n(.*\n)*--version\t/)],
    [['veth', '--help'], expect.stringMatching(/^words\n(.*\n)*--help\t/)],
  ])('%j', async (words, out) => {
    const containers = [container({ networks: [{ network: 'app_net', networkId: '', mac: '' }] })];
    expect(await said(words, { containers })).toEqual(out);
  });

  test('interfaces of the container that was named', async () => {
    const host = fakeHost({
      isRoot: false,
      files: {
        '/proc/1234/cgroup': `0::/docker/${ID}\n`,
        '/proc/1234/stat': `1234 (sleep) S ${'0 '.repeat(18)}4242`,
        '/proc/1234/net/dev': '  eth0: 1\n',
      },
    });
    expect(await said(['veth', 'web', '-i', ''], { host })).toBe('words\neth0\t\n');
  });

  test('what cannot be typed is left out, what cannot be shown is escaped', async () => {
    const list = async () => [
      summary({ name: 'ok', image: '\u001b[31m', networks: ['a\nb', 'c\td', '\u202ee', '\u00a0', 'f g', '$(h)'] }),
    ];
    const engine = async () => ({ ...fakeEngine([]), list });
    expect(await said(['shell', ''], { engine })).toBe('words\nok\t\\u001b[31m, Up 3 minutes\n');
    expect(await said(['veth', '-n', ''], { engine })).toBe('words\nf g\tok\n$(h)\tok\n');
  });

  test('no engine: nothing, silently', async () => {
    const engine = async () => Promise.reject(new Error('no engine'));
    expect(await said(['shell', ''], { engine })).toBe('nothing\n');
  });
});

test.each(['bash', 'zsh', 'fish'])('dbg completion %s prints its script', async (shell) => {
  const ctx = fakeContext({ args: ['completion', shell] });
  expect(await run(ctx)).toBe(0);
  expect(ctx.printed.out).toContain('dbg __complete -- ');
  expect(ctx.printed.out).not.toMatch(/\beval\b/);
});

test('dbg completion for a shell that it does not know: wrong usage', async () => {
  const ctx = fakeContext({ args: ['completion', 'tcsh'] });
  expect(await run(ctx)).toBe(2);
});
