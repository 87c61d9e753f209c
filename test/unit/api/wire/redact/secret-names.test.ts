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
