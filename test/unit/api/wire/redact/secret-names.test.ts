import { expect, test } from 'vitest';
import { isSecretValue } from '../../../../../src/api/wire/redact/secret-names.ts';

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
])('%s=%s', (name, value, isSecret) => expect(isSecretValue(name, value)).toBe(isSecret));

/** "0123456789abcdef0123…", so long. */
const hex = (length: number) => '0123456789abcdef'.repeat(8).slice(0, length);

// The name says nothing: by the looks of the value alone.
test.each([
  ['hexadecimal, and no digest', hex(48), true],
  ['in capitals', hex(48).toUpperCase(), true],
  ['an MD5 or a key of 128 bits', hex(32), true],
  ['a commit', hex(40), false],
  ['a container, or a SHA-256', hex(64), false],
  ['a SHA-512', hex(128), false],
  ['a number', '1234567890'.repeat(4), false],
  ['letters alone', 'abcdef'.repeat(6), false],
  ['too short', hex(31), false],
  ['base64', 'q3J8xZ1mT7vB4nK9wL2pR6sD0fG5hY+/aQ==', true],
  ['in base64, without a digit', 'qJxZmTvBnKwLpRsDfGhYaQcEuIoMjNkPlS', false],
  ['small letters and digits alone, not hexadecimal', 'q3j8xz1mt7vb4nk9wl2pr6sd0fg5hy', false],
  ['a long name', 'Averylongservicename1fortheBackendofall', false],
  ['a path', '/q3J8xZ1mT7vB4nK9wL2pR6sD0fG5hYaQcEu', false],
  ['the default of a variable', `\${KEY:-${hex(48)}}`, true],
])('a value that is %s', (_, value, isSecret) => expect(isSecretValue('VALUE', value)).toBe(isSecret));
