import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const require = createRequire(import.meta.url);
const { scriptText } = require('../../bin/script-text.js') as typeof import('../../bin/script-text.js');

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((file) => join('src', file));
const ending = (end: string) => files.filter((file) => file.endsWith(end));
const read = (file: string) => readFileSync(file, 'utf8');
/** A script's text with its comments, and with what it reads. */
const whole = (file: string): string =>
  read(file).replace(/^\. (\S+)$/gm, (_, other: string) => whole(join(dirname(file), other)));

describe('without its comments, a script is the same program', () => {
  // As bash prints a function that it has read: no comment is in it, and nothing of it is run.
  const asRead = (text: string) =>
    execFileSync('bash', ['--norc', '-c', `script() {\n${text}\n}\ndeclare -f script`], { encoding: 'utf8' });
  test.each(ending('.sh'))('%s', (file) => {
    expect(asRead(scriptText(file))).toBe(asRead(whole(file)));
    expect(scriptText(file)).not.toMatch(/^[ \t]*#|^\. |\s$(?![^])/m);
  });

  const deparse = (text: string) => spawnSync('perl', ['-MO=Deparse'], { input: text, encoding: 'utf8' });
  // Debian's perl-base, which is all that dbg needs, has no B::Deparse.
  test.runIf(deparse('1').status === 0).each(ending('.pl'))('%s', (file) => {
    expect(deparse(scriptText(file)).stdout).toBe(deparse(whole(file)).stdout);
  });

  test('a line in quotes that looks like a comment would be seen', () => {
    expect(asRead("echo '\n'")).not.toBe(asRead("echo '\n# no comment\n'"));
  });
});

test('a comment has lines of at most 100 columns', () => {
  const code = [...files, ...readdirSync('bin').map((name) => join('bin', name))];
  const long = code
    .filter((file) => /\.(ts|js|pl)$/.test(file))
    .flatMap((file) =>
      read(file)
        .split('\n')
        .map((line, at) => ({ at: `${file}:${at + 1}`, line })),
    )
    // A type that JSDoc gives is code.
    .filter(({ line }) => /^\s*(\/\*\*|\*|\/\/|#)/.test(line) && !/@type/.test(line) && line.length > 100);
  expect(long.map(({ at }) => at)).toEqual([]);
});

describe('no script stands in TypeScript', () => {
  test.each(ending('.ts'))('%s', (file) => {
    const text = read(file);
    // In a template string, this is a `$` that a shell expands.
    expect(text).not.toMatch(/(?<!\\)(?:\\\\)*\\\$\{/);
    // What sh or perl is given is a file's text, or a single command.
    const given = [...text.matchAll(/'(?:sh|perl)',\s*\[?\s*(?:'-\w+',\s*)*'-[ce]',\s*([A-Z_]+|['"`].*)/g)];
    const isFile = (name: string) => new RegExp(`^import ${name} from '[^']+\\.(sh|pl)';$`, 'm').test(text);
    expect(given.map(([, each]) => each!).filter((each) => !/^'[^;&|']*'[,\]]/.test(each) && !isFile(each))).toEqual(
      [],
    );
  });
});

test('a script tells first what it does, in lines of at most 100 columns', () => {
  for (const file of files.filter((each) => /\.(sh|pl|bash|zsh|fish)$|\/bashrc$/.test(each))) {
    expect(read(file), file).toMatch(/^#(?!!)/);
    expect(read(file).match(/^(?=.{101})[ \t]*#.*$/gm), file).toBe(null);
  }
});
