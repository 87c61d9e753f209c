import { expect, test } from 'vitest';
import {
  isNoSecret,
  isSecretField,
  isSecretFlag,
  isSecretHeader,
  isSecretOption,
  isSecretValue,
  isSource,
  redactVariable,
} from '../../../../../src/api/wire/redact/secret-names.ts';

// A name that tells where a secret is keeps its value, where that can be such a place; any other
// value is one.
test.each([
  ['DB_PASSWORD_FILE', '/run/secrets/db', false],
  ['DB_PASSWORD_FILE', '/volume1/db.pw', false],
  ['DB_PASSWORD_FILE', './secrets/db', false],
  ['DB_PASSWORD_FILE', '../db', false],
  ['DB_PASSWORD_FILE', '~/.db', false],
  ['DB_PASSWORD_FILE', 'hunter22', true],
  ['DB_PASSWORD_FILE', '/volume1/db?token=x', true],
  ['DB_PASSWORD_FILE', '/volume1/ann:x@db', true],
  ['DB_PASSWORD_FILE', 'secrets/db', true],
  ['DB_PASSWORD', '/volume1/db.pw', true],
  ['DB_PASSWORD', 'hunter22', true],
  ['TOKEN_DIR', '/volume1/tokens', false],
  ['PASSWORDS_FILES', './a', false],
  ['PASSWORD', 'yes', false],
  ['PWD', 'x', false],
  ['OLDPWD', 'x', false],
  ['pwd', 'x', true],
  ['traefik.auth.rule', 'x', true],
  ['traefik.http.auth.rule', 'x', false],
  ['traefik.http.a.auth', 'x', true],
  ['API_KEY', 'x', true],
  ['PUBLIC_KEY', 'x', false],
  ['SSH_PUB_KEY', 'x', false],
  ['PUBKEY', 'x', false],
  ['PUB_KEY', 'x', false],
  ['KEY_PUB', 'x', false],
  ['PUBLIC_TOKEN', 'x', true],
  ['SUBPUB_KEY', 'x', true],
  ['GPG_KEY', 'A035C8C19219BA821ECEA86B64E628F8D684696D', false],
  ['PGP_KEY', 'a035 c8c1 9219 ba82 1ece  a86b 64e6 28f8 d684 696d', false],
  ['KEY_FINGERPRINT', 'A035C8C19219BA821ECEA86B64E628F8D684696D', false],
  ['API_KEY', 'A035C8C19219BA821ECEA86B64E628F8D684696D', true],
  ['GPG_KEY', 'hunter22', true],
  ['GPG_KEY', 'A035', true],
  ['GPG_KEY', 'x:A035C8C19219BA821ECEA86B64E628F8D684696D', true],
  ['GPG_KEY', 'A035C8C19219BA821ECEA86B64E628F8D684696D:x', true],
])('%s=%s', (name, value, isSecret) => expect(isSecretValue(name, value)).toBe(isSecret));

test.each([
  ['PASSWORD', '', true],
  ['PASSWORD', 'yes', true],
  ['TLS_KEY', '/etc/ssl/private/key.pem', true],
  ['TOKEN_TTL', '24h', true],
  ['TOKEN', '24h', false],
  ['PASSWORD', 'hunter2', false],
  ['PASSWORD', '${P}', false],
  ['PASSWORD', '${P:-yes}', true],
  ['PASSWORD', '${P:-hunter2}', false],
  ['PASSWORD', '${P:-yes}:${Q:-hunter2}', false],
  ['PASSWORD_FILE', '${P:-/volume1/db}', true],
  ['FILE_PASSWORD', '/volume1/db', false],
  ['AUTH_URL', 'https://auth.example.com:8443/realms/a~b', true],
  ['AUTH_URLS', 'a.example.com', true],
  ['AUTH_URL', 'https://ann:pw@h', false],
  ['AUTH_URL', 'https://h/a?b=c', false],
  ['AUTH_URL', 'at https://h', false],
  ['URL_PASSWORD', 'db', false],
  ['TOKEN_HOST', 'db:5432', true],
  ['TOKEN_HOST', 'db:x', false],
  ['TOKEN_TTL', '1.25h', true],
  ['TOKEN_TTL', '15ms', true],
  ['TOKEN_TTL', '15min', false],
  ['TOKEN_TTL', 'x15', false],
  ['TOKEN_TTL', '1.x', false],
  ['TOKEN_TTL', '12345678', false],
  ['TTL_PASSWORD', '60', false],
  ['TOKEN_TYPE', 'bearer-2_b', true],
  ['AUTH_METHODS', 'ldap', true],
  ['TOKEN_TYPE', '2b', false],
  ['TOKEN_TYPE', '!ldap', false],
  ['TOKEN_TYPE', 'a b', false],
  ['TYPE_PASSWORD', 'ldap', false],
  ['TLS_KEY', '/cert/a', true],
  ['TLS_KEY', '/secret/a/b.c-d', true],
  ['TLS_KEY', '/root', false],
  ['TLS_KEY', 'x/etc/a', false],
  ['TLS_KEY', '/etc/a:b', false],
])('is %s=%s no secret: %s', (name, value, is) => expect(isNoSecret(name, value)).toBe(is));

// By the name alone: in a text, and as a key of JSON.
test.each<[name: string, option: boolean, field: boolean]>([
  ['pass', true, true],
  ['db-pass', true, true],
  ['dbPass', true, true],
  ['db2Pass', true, true],
  ['pass2', true, true],
  ['password12', true, true],
  ['pwd', true, true],
  ['PWD', false, true],
  ['psk', true, true],
  ['bypass', false, false],
  ['passes', false, false],
  ['p1ass', false, false],
  ['api-key', true, true],
  ['api.key', true, true],
  ['api-keys-id', false, false],
  ['dbpass', true, false],
  ['dbpassage', false, false],
  ['masterauth', true, false],
  ['masterauthor', false, false],
  ['passwords', true, false],
  ['key', false, false],
  ['secret-name', true, false],
  ['name-of-secret', true, true],
  ['secretly', false, false],
  ['AccessToken', true, true],
])('the name %s: in a text %s, in JSON %s', (name, option, field) =>
  expect([isSecretOption(name), isSecretField(name)]).toEqual([option, field]),
);

test.each([
  ['--password', true],
  ['-password', true],
  ['password', false],
  ['---password', false],
  ['--1password', false],
  ['--password=x', false],
  ['--db.pass-2', true],
  ['--user', false],
])('does %s make the next word a secret: %s', (text, is) => expect(isSecretFlag(text)).toBe(is));

test.each([
  ['id=npm', true],
  ['id=', true],
  ['id=npm,src=/run/a-b.c', true],
  ['source=/run/npm,required=true', true],
  ['type=env,env=TOKEN', true],
  ['id=,src=', true],
  ['id=a,b=c,b=c,b=c,b=c,b=c', true],
  ['id=a,b=c,b=c,b=c,b=c,b=c,b=c', false],
  ['xid=npm', false],
  ['name=npm', false],
  ['id=a:b', false],
  ['id=a,b', false],
  ['id=a,b-c=d', false],
  ['id=a,b=c:d', false],
])('does %s only say where a secret is: %s', (value, is) => expect(isSource(value)).toBe(is));

test.each([
  ['Cookie', true],
  ['Set-Cookie', true],
  ['Cookie2', true],
  ['Cookies', false],
  ['X-Cookie', false],
  ['X-Registry-Auth', true],
  ['X-Registry-Config', true],
  ['My-X-Registry-Name', false],
  ['X-Session-Id', true],
  ['X-Api-Key', true],
  ['X-ApiKeys', true],
  ['JWT', true],
  ['X-JWT-Id', true],
  ['X-JWTs', true],
  ['X-JWTX', false],
  ['XJWT', false],
  ['X-Signature', true],
  ['Credentials', true],
  ['X-Auth', true],
  ['Auth', true],
  ['X-Authentication', true],
  ['X-Auth-Key', true],
  ['X-Auth-User', false],
  ['XAuth', false],
  ['Author', false],
])('is the header %s secret: %s', (name, is) => expect(isSecretHeader(name)).toBe(is));

test.each([
  ['TOKEN=x', 'TOKEN=[redacted]'],
  ['A=x=y', 'A=<x=y>'],
  ['x', '<x>'],
  ['=x', '=<x>'],
])('of the variable %s is shown: %s', (text, shown) =>
  expect(redactVariable(text, (value) => `<${value}>`)).toBe(shown),
);

/** Whose kind of character changes so often, in so many characters. */
const turning = (turns: number, length: number) => {
  const all = 'aB1'.repeat(turns).slice(0, turns + 1);
  return all + all.at(-1)!.repeat(length - all.length);
};

/** "0123456789abcdef0123…", so long. */
const hex = (length: number) => '0123456789abcdef'.repeat(300).slice(0, length);

// The name says nothing: by the looks of the value alone.
test.each([
  ['hexadecimal, and no digest', hex(48), true],
  ['in capitals', hex(48).toUpperCase(), true],
  ['an MD5 or a key of 128 bits', hex(32), true],
  ['a commit', hex(40), false],
  ['a container, or a SHA-256', hex(64), false],
  ['a SHA-512', hex(128), false],
  ['a number', '1234567890'.repeat(4), false],
  ['a longer number', '1234567890'.repeat(5), false],
  ['as long as a random one may be', hex(4096), true],
  ['longer than that', hex(4097), false],
  ['random but for a sign before it', '!q3J8xZ1mT7vB4nK9wL2pR6sD0fG5hY+/aQ', false],
  ['random but for a sign behind it', 'q3J8xZ1mT7vB4nK9wL2pR6sD0fG5hY+/aQ!', false],
  ['small letters and digits', 'q3j8xz1mt7vb4nk9wl2pr6sd0fg5hyaqce', false],
  ['capitals and digits', 'Q3J8XZ1MT7VB4NK9WL2PR6SD0FG5HYAQCE', false],
  ['many capitals, and few other letters', 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcd12', false],
  ['many digits, and few letters', '12345678901234567890123456Abcdeg', false],
  ['capitals between small letters', 'aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeF1', true],
  ['digits between small letters', 'a1b2c3d4e5f6g7h8i9j1k2l3m4n5o6pA', true],
  ['less than random', turning(18, 41), false],
  ['just random', turning(19, 41), true],
  ['just random, and shorter', turning(14, 32), true],
  ['letters alone', 'abcdef'.repeat(6), false],
  ['too short', hex(31), false],
  ['base64', 'q3J8xZ1mT7vB4nK9wL2pR6sD0fG5hY+/aQ==', true],
  ['in base64, without a digit', 'qJxZmTvBnKwLpRsDfGhYaQcEuIoMjNkPlS', false],
  ['small letters and digits alone, not hexadecimal', 'q3j8xz1mt7vb4nk9wl2pr6sd0fg5hy', false],
  ['a long name', 'Averylongservicename1fortheBackendofall', false],
  ['a path', '/q3J8xZ1mT7vB4nK9wL2pR6sD0fG5hYaQcEu', false],
  ['the default of a variable', `\${KEY:-${hex(48)}}`, true],
])('a value that is %s', (_, value, isSecret) => expect(isSecretValue('VALUE', value)).toBe(isSecret));

test('a random value is none where its name says that it is public', () => {
  expect(isSecretValue('PUBLIC_VALUE', hex(48))).toBe(false);
  expect(isSecretValue('PUBLIC_AND_PRIVATE', hex(48))).toBe(true);
});
