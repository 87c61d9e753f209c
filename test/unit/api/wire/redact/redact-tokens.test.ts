import { expect, test } from 'vitest';
import { redactTokens } from '../../../../../src/api/wire/redact/redact-tokens.ts';

// secrets.test.ts holds that each kind of token is redacted. Here: where one begins and ends.

const R = '[redacted]';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const pem = (what: string) => `-----BEGIN ${what}-----\nabc\n-----END ${what}-----`;
const PUTTY = 'PuTTY-User-Key-File-3: a\nComment: b\nPrivate-Lines: 1';

test.each<[what: string, text: string, shown: string]>([
  ['a private key', `a ${pem('PRIVATE KEY')} b`, `a ${R} b`],
  ['a private key of a kind', `a ${pem('RSA PRIVATE KEY')} b`, `a ${R} b`],
  ['a private key of PGP', `a ${pem('PGP PRIVATE KEY BLOCK')} b`, `a ${R} b`],
  ['a private key that goes on', `a ${pem('PRIVATE KEY').slice(0, 32)}`, `a ${R}`],
  ['two private keys', `${pem('PRIVATE KEY')} a ${pem('PRIVATE KEY')}`, `${R} a ${R}`],
  ['a public key', pem('PUBLIC KEY'), pem('PUBLIC KEY')],
  ['a certificate', pem('CERTIFICATE'), pem('CERTIFICATE')],
  ['a key of PuTTY’s', `${PUTTY}\nabc\nPrivate-MAC: 0f b`, `${PUTTY}${R} b`],
  ['a key of PuTTY’s that goes on', `${PUTTY}\nabc\ndef`, `${PUTTY}${R}`],
  ['a private key in base64', `a ${base64(pem('PRIVATE KEY'))} b`, `a ${R} b`],
  ['a certificate in base64', base64(pem('CERTIFICATE')), base64(pem('CERTIFICATE'))],
  ['a hash of bcrypt', `a $2b$10$${'a'.repeat(53)} b`, `a ${R} b`],
  ['a hash of LDAP', `a {SSHA}${'a'.repeat(32)} b`, `a ${R} b`],
  ['a hash of LDAP without salt', `a {SHA}${'a'.repeat(28)} b`, `a ${R} b`],
  ['a short hash', '$2b$10$abc {SSHA}abc', '$2b$10$abc {SSHA}abc'],
  ['a web hook', 'a https://hooks.slack.com/services/A/B "c"', `a https://hooks.slack.com/services/${R} "c"`],
  ['an address of that server', 'https://slack.com/services/A/B', 'https://slack.com/services/A/B'],
  ['a token in quotes', `"ghp_${'a'.repeat(20)}" b`, `"${R}" b`],
  ['a token that is too short', `ghp_${'a'.repeat(19)}`, `ghp_${'a'.repeat(19)}`],
  ['a token behind letters', `aghp_${'a'.repeat(20)}`, `aghp_${'a'.repeat(20)}`],
  ['two tokens', `hf_${'a'.repeat(30)} b npm_${'c'.repeat(30)}`, `${R} b ${R}`],
])('%s', (_, text, shown) => expect(redactTokens(text)).toBe(shown));
