import { expect, test } from 'vitest';
import { redactArguments, redactCommands } from '../../../../../src/api/wire/redact/redact-command.ts';

// secrets.test.ts holds that no secret is seen. Here: that nothing else is hidden with it.

/** As random as a key. */
const KEY = '0123456789abcdef'.repeat(3);

const STDIN = 'docker login -u ann --password-stdin';

test.each([
  ["echo 'root:hunter2' | chpasswd", "echo 'root:[redacted]' | chpasswd"],
  ["printf 'ann:hunter2' | chpasswd -e", "printf 'ann:[redacted]' | chpasswd -e"],
  ['chpasswd <<< ann:hunter2', 'chpasswd <<< ann:[redacted]'],
  ['echo nobody | chpasswd', 'echo nobody | chpasswd'],
  [`echo hunter2 | ${STDIN}`, `echo [redacted] | ${STDIN}`],
  [`echo hunter2 | ${STDIN} ; true`, `echo [redacted] | ${STDIN} ; true`],
  [`/bin/echo hunter2 | ${STDIN}`, `/bin/echo [redacted] | ${STDIN}`],
  ['echo -n hunter2 | docker secret create db -', 'echo -n [redacted] | docker secret create db -'],
  ['printf %s hunter2 | docker secret create db -', 'printf %s [redacted] | docker secret create db -'],
  [`echo -ne hunter2 | ${STDIN}`, `echo -ne [redacted] | ${STDIN}`],
  [`echo -nx | ${STDIN}`, `echo [redacted] | ${STDIN}`],
  [`echo x-n | ${STDIN}`, `echo [redacted] | ${STDIN}`],
  [`printf '%s\\n' hunter2 | ${STDIN}`, `printf '%s\\n' [redacted] | ${STDIN}`],
  [`printf a%s hunter2 | ${STDIN}`, `printf [redacted] [redacted] | ${STDIN}`],
  [`printf %sa hunter2 | ${STDIN}`, `printf [redacted] [redacted] | ${STDIN}`],
  [
    'docker login --password-stdin --username ann <<< hunter2 x',
    'docker login --password-stdin --username ann <<< [redacted] x',
  ],
  [`echo hunter2\\|| ${STDIN}`, `echo [redacted]| ${STDIN}`],
  [`echo hunter2\\||| ${STDIN}`, `echo hunter2\\||| ${STDIN}`],
  [`echo hunter2 | Docker.exe login --password-stdin`, `echo [redacted] | Docker.exe login --password-stdin`],
  [`echo hunter2 | openssl3 rsa -passin stdin`, `echo [redacted] | openssl3 rsa -passin stdin`],
  [`cat hi | ${STDIN}`, `cat hi | ${STDIN}`],
  [`echo hi ; ${STDIN}`, `echo hi ; ${STDIN}`],
  [`echo hi | cat ; ${STDIN}`, `echo hi | cat ; ${STDIN}`],
  [`echo hi || ${STDIN}`, `echo hi || ${STDIN}`],
  ['echo hi | docker login -u ann', 'echo hi | docker login -u ann'],
  ['echo hi | gpg --list-keys', 'echo hi | gpg --list-keys'],
  ['echo hunter2 | wg pubkey', 'echo [redacted] | wg pubkey'],
  ['echo hi | wg show', 'echo hi | wg show'],
  [`echoes hunter2 | ${STDIN}`, `echoes hunter2 | ${STDIN}`],
  [`myecho hunter2 | ${STDIN}`, `myecho hunter2 | ${STDIN}`],
])('what is read from stdin: %s', (line, shown) => expect(redactCommands(line)).toBe(shown));

test.each([
  ['curl --key --cert a.pem', 'curl --key --cert a.pem'],
  ['--password=hunter2', '--password=hunter2'],
  ['/app a=b --password hunter2 c', '/app a=b --password [redacted] c'],
  ['/app --token=hunter2 --more', '/app --token=[redacted] --more'],
  ['cd /;mysql -phunter2;true', 'cd /;mysql -p[redacted];true'],
  ['curl -u ann:a;b http://x', 'curl -u ann:[redacted] http://x'],
  ['redis-cli auth x;token=pw;y', 'redis-cli auth [redacted]'],
  ["curl -u 'x --password a:b c' d", "curl -u 'x --password [redacted]' d"],
  ['mysql8.0 -phunter2 shop', 'mysql8.0 -p[redacted] shop'],
  ['mongosh2 -p hunter2 x', 'mongosh2 -p [redacted] x'],
  ['docker24 login -p hunter2 x', 'docker24 login -p [redacted] x'],
  ['mongosh2.1.EXE -p hunter2 x', 'mongosh2.1.EXE -p [redacted] x'],
  ['MYSQL -phunter2 shop', 'MYSQL -p[redacted] shop'],
  ['mysql8x -phunter2 shop', 'mysql8x -phunter2 shop'],
  ["curl -u 'ann:$PASS' http://x", "curl -u 'ann:[redacted]' http://x"],
  ["curl -u ann:'$PASS' http://x", "curl -u ann:'[redacted]' http://x"],
  ["curl -u ann:$'$PASS' http://x", "curl -u ann:$'[redacted]' http://x"],
  ["curl -u'ann:'$PASS http://x", "curl -u'ann:'$PASS http://x"],
  ["mysql -p''$PASS shop", "mysql -p''$PASS shop"],
  ["mysql -p$A'$B' shop", "mysql -p[redacted]' shop"],
  ["mysql '-p$PASS' shop", "mysql '-p[redacted]' shop"],
  ["env '--token=${A:-b}' x", "env '--token=[redacted]' x"],
  ['curl -u ann:\\$PASS http://x', 'curl -u ann:\\[redacted] http://x'],
  ['curl -u "ann:\\$PASS" http://x', 'curl -u "ann:\\[redacted]" http://x'],
  ['curl -u "ann:\\\\$PASS" http://x', 'curl -u "ann:\\[redacted]" http://x'],
  ['sh -c "mysql -p\\$PASS shop"', 'sh -c "mysql -p\\$PASS shop"'],
  ["sh -c 'mysql -p$PASS shop'", "sh -c 'mysql -p$PASS shop'"],
  ['/app --password-stdin ann hunter2', '/app --password-stdin ann hunter2'],
  ['openssl rsa -passin pass: -in a', 'openssl rsa -passin pass: -in a'],
  ["mysql -p'$PASS' shop", "mysql -p'[redacted]' shop"],
  ['mysql -p"$PASS" shop', 'mysql -p"$PASS" shop'],
  ['mysql -p$PASS shop', 'mysql -p$PASS shop'],
  ['curl -u ann:$PASS http://x', 'curl -u ann:$PASS http://x'],
  ['mysql -p${P:-hunter2} shop', 'mysql -p${P:-[redacted]} shop'],
  ['curl -u ann:${P:-hunter2} http://x', 'curl -u ann:${P:-[redacted]} http://x'],
  ["sh -c 'mysql -phunter2 shop' x", "sh -c 'mysql -p[redacted] shop' x"],
  [`/app ${KEY} x`, '/app [redacted] x'],
  [`/app --x=${KEY} y`, '/app --x=[redacted] y'],
])('a line: %s', (line, shown) => expect(redactCommands(line)).toBe(shown));

/** A line within so many quotes. */
const quoted = (depth: number, line: string): string =>
  depth === 0 ? line : quoted(depth - 1, `sh -c "${line.replace(/["\\]/g, '\\$&')}"`);

test('quotes in quotes are followed, but not to any depth', () => {
  for (const depth of [0, 1, 2, 3, 4, 5]) {
    expect(redactCommands(quoted(depth, 'mysql -phunter2 shop'))).toBe(quoted(depth, 'mysql -p[redacted] shop'));
  }
  expect(redactCommands(quoted(6, 'mysql -phunter2 shop'))).toBe(quoted(6, 'mysql -phunter2 shop'));
});

test.each<[what: string, words: readonly string[], shown: readonly string[]]>([
  ['none', [], []],
  ['the value of an option', ['mongosh', '-p', 'a b', 'c'], ['mongosh', '-p', '[redacted]', 'c']],
  ['the value of a name', ['/app', '--password', 'a b', 'c'], ['/app', '--password', '[redacted]', 'c']],
  ['a value with two dashes in it', ['--password', 'x--y'], ['--password', '[redacted]']],
  ['a value with two dashes before it', ['--password', '--A1'], ['--password', '[redacted]']],
  ['an option in place of a value', ['--password', '--a1'], ['--password', '--a1']],
  ['a value that says nothing', ['--password', 'true'], ['--password', 'true']],
  ['where a secret is', ['--secret', 'id=npm,src=/run/npm'], ['--secret', 'id=npm,src=/run/npm']],
  ['where a secret is, behind "="', ['--secret=id=npm,src=/run/npm'], ['--secret=id=npm,src=/run/npm']],
  ['a name and a value', ['TOKEN=a b', '--token=c', 'a=b'], ['TOKEN=[redacted]', '--token=[redacted]', 'a=b']],
  ['a name and a value that says nothing', ['TOKEN_TTL=60', 'TOKEN='], ['TOKEN_TTL=60', 'TOKEN=']],
  ['a line of a shell, judged elsewhere', ['sh', '-c', 'TOKEN=x /app'], ['sh', '-c', 'TOKEN=x /app']],
  ['a line behind flags', ['sh', '-lec', 'TOKEN=x /app'], ['sh', '-lec', 'TOKEN=x /app']],
  ['a line of a health check', ['CMD-SHELL', 'TOKEN=x /app'], ['CMD-SHELL', 'TOKEN=x /app']],
  ['one word behind -c', ['sh', '-c', 'TOKEN=x'], ['sh', '-c', 'TOKEN=[redacted]']],
  ['words behind another option', ['/app', '-e', 'TOKEN=x y'], ['/app', '-e', 'TOKEN=[redacted]']],
  ['words behind an option that begins so', ['/app', '-cx', 'TOKEN=x y'], ['/app', '-cx', 'TOKEN=[redacted]']],
  ['words behind what only ends so', ['/app', 'x-c', 'TOKEN=x y'], ['/app', 'x-c', 'TOKEN=[redacted]']],
  ['what is random', ['/app', KEY, `--x=${KEY}`], ['/app', '[redacted]', '--x=[redacted]']],
  [
    'a flag without a value',
    ['docker', 'login', '--password-stdin', 'r'],
    ['docker', 'login', '--password-stdin', 'r'],
  ],
  ['such a flag before another', ['--password-stdin', '-u', 'ann'], ['--password-stdin', '-u', 'ann']],
  ['the number of what is read', ['gpg', '--passphrase-fd', '0', '-d'], ['gpg', '--passphrase-fd', '0', '-d']],
  ['the same behind "="', ['gpg', '--passphrase-fd=3'], ['gpg', '--passphrase-fd=3']],
  ['a program without its secret', ['openssl', 'rsa', '-passin', 'pass:'], ['openssl', 'rsa', '-passin', 'pass:']],
  ['a key in place of a user', ['http', '-a', 'key:', 'web'], ['http', '-a', '[redacted]', 'web']],
  ['no user', ['http', '-a', '', 'web'], ['http', '-a', '', 'web']],
  ['a rule without a password', ['redis-cli', 'acl', 'setuser', 'x', '>'], ['redis-cli', 'acl', 'setuser', 'x', '>']],
  ['a secret for two reasons', ['redis-cli', 'auth', 'token=pw'], ['redis-cli', 'auth', '[redacted]']],
  ['the longer of two secrets', ['curl', '-u', 'token=a:b'], ['curl', '-u', 'token=[redacted]']],
])('arguments: %s', (_, words, shown) => expect(redactArguments(words, true)).toEqual(shown));

test('arguments of the image’s program, and words of no command', () => {
  expect(redactArguments(['-p', 'hunter2', 'x'], true, 'mongosh')).toEqual(['-p', '[redacted]', 'x']);
  expect(redactArguments(['-p', 'hunter2', 'x'], true)).toEqual(['-p', 'hunter2', 'x']);
  expect(redactArguments(['x', KEY, '--token', 'y'], false)).toEqual(['x', KEY, '--token', '[redacted]']);
});
