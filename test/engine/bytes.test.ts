import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { DBG } from './support/dbg.ts';
import { test } from './support/lab.ts';
import { person } from './support/person.ts';

/** What is no UTF-8, and what a shell, perl or dbg's own escapes could take for theirs. */
const WORDS = [String.raw`n\xffx`, '', String.raw`$(id) \x27"\\ %41 *`, String.raw`\x81\x88\n\n`, String.raw`ä`];
const HEX = ['6eff78', '', '2428696429202722 5c202534 31202a'.replaceAll(' ', ''), '81880a0a', 'c3a4'];
/** Prints its arguments in hexadecimal, each on a line. */
const SHOW = 'for word; do printf %s "$word" | od -An -v -tx1 | tr -d " \\n"; echo; done';

/** Runs a line of bash's: in an argv of Node's no such byte can be. */
const bash = (line: string, words: readonly string[], env: Record<string, string> = {}) =>
  execa('bash', ['-c', line, ...words], { reject: false, stdin: 'ignore', env });

/** A word of bash's that stands for bytes. */
const quoted = WORDS.map((word) => `$'${word}'`).join(' ');

test.for([
  ['exec', 'CTR'],
  ['exec', '--ns', 'net,pid', 'CTR'],
  ['exec', '--all', 'CTR'],
  ['exec', '-u', '1000', 'CTR'],
  ['shell', 'CTR', '--'],
  ['shell', '--caps', 'container', 'CTR'],
  ['strace', 'CTR', '-o', '/dev/null', '--'],
])('arguments that are no UTF-8 reach the tool byte for byte: %j', async (words, { lab }) => {
  const container = await lab.run();
  const args = words.map((word) => (word === 'CTR' ? container : word));
  const { stdout, exitCode } = await bash(`exec "$@" sh -c '${SHOW}' sh ${quoted}`, [
    '',
    process.execPath,
    DBG,
    ...args,
  ]);
  expect([exitCode, stdout.split('\n')]).toEqual([0, HEX]);
});

test('variables: the own ones, by -e, and through sudo', async ({ lab }) => {
  const ann = await person(lab, { mayUseSudo: true });
  const container = await lab.run();
  const show = `printf %s "$FOO" | od -An -v -tx1`;
  const shown = async (argv: readonly string[], more = '') => {
    const { stdout } = await bash(`FOO=$'a\\xff%41\\n' exec "$@" ${more}`, ['', ...argv, container, 'sh', '-c', show]);
    return stdout.trim();
  };
  const started = [process.execPath, DBG];
  expect(await shown([...started, 'exec'])).toBe('61 ff 25 34 31 0a');
  for (const way of [['exec'], ['exec', '--all']]) {
    expect(await shown([...started, ...way, '-e', 'FOO'])).toBe('61 ff 25 34 31 0a');
    expect(await shown(ann.dbg(...way, '-e', 'FOO'))).toBe('61 ff 25 34 31 0a');
  }
});

test('through sudo, to tcpdump alone and to one that dbg reads', async ({ lab }) => {
  const ann = await person(lab, { mayUseSudo: true });
  const container = await lab.run();
  const { stdout } = await bash(`exec "$@" sh -c '${SHOW}' sh ${quoted}`, ['', ...ann.dbg('exec', container)]);
  expect(stdout.split('\n')).toEqual(HEX);
  const folder = join(lab.folder, 'files');
  mkdirSync(folder);
  const filter = Buffer.concat([Buffer.from(`${folder}/f`), Buffer.from([0xff])]);
  writeFileSync(filter, 'no such filter');
  for (const more of ['', `-w '${folder}/a.pcap'`]) {
    const line = `exec "$@" ${more} -F '${folder}'/f$'\\xff'`;
    const { stderr, exitCode } = await bash(line, ['', process.execPath, DBG, 'tcpdump', container]);
    // It has read the file, and does not like what is in there.
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/syntax error|unknown host|parse error/)]);
  }
});

test("a name for dbg itself is an error in which it is to be seen, or is not dbg's to make", async ({ lab }) => {
  const container = await lab.run();
  const started = (line: string) => bash(`exec "$@" ${line}`, ['', process.execPath, DBG]);
  expect(await started(`exec $'w\\xff' true`)).toMatchObject({
    exitCode: 125,
    stderr: expect.stringContaining(String.raw`there is no container "w\xff"`),
  });
  expect(await started(`tcpdump ${container} -w '${lab.folder}'/n$'\\xff.pcap'`)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(String.raw`n\xff.pcap`),
  });
  const { stdout } = await started(`exec --dry-run ${container} ls $'n\\xffx'`);
  expect(stdout).toMatch(/ ls \$'n\\xffx'$/);
});
