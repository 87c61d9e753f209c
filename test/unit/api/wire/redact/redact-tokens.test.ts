import { expect, test } from 'vitest';
import { redactTokens } from '../../../../../src/api/wire/redact/redact-tokens.ts';

// secrets.test.ts holds that each kind of token is redacted. Here: where one begins and ends.

const R = '[redacted]';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const pem = (what: string) => `-----BEGIN ${what}-----\nabc\n-----END ${what}-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----\n${'MIIBszCCAVmgAwIBAgIUe2/'.repeat(40)}\n-----END CERTIFICATE-----`;
const LONG_KEY = pem('PRIVATE KEY').replace('abc', 'x9Q'.repeat(60));
const FULL_LINES = base64(pem('PRIVATE KEY').replace('abc', 'x9Q'.repeat(60))).slice(0, 256);
const inLines = (text: string, end: string) => text.replace(/.{64}(?=.)/g, `$&${end}`);
const PUTTY = 'PuTTY-User-Key-File-3: a\nComment: b\nPrivate-Lines: 1';
const LONG_PUTTY = PUTTY.replace('b\n', `b\nPublic-Lines: 44\n${'AAAAB3Nz'.repeat(350)}\n`);

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
  ['a key of PuTTY’s with a long public part', `${LONG_PUTTY}\nabc\nPrivate-MAC: 0f b`, `${LONG_PUTTY}${R} b`],
  ['what only ends like one of PuTTY’s', 'Private-Lines: 1\nabc', 'Private-Lines: 1\nabc'],
  ['a private key in base64', `a ${base64(pem('PRIVATE KEY'))} b`, `a ${R} b`],
  ['a certificate in base64', base64(pem('CERTIFICATE')), base64(pem('CERTIFICATE'))],
  ['a certificate and its key in base64', `a ${base64(`${CERTIFICATE}\n${pem('PRIVATE KEY')}`)} b`, `a ${R} b`],
  ['two in base64, each by itself', `a=${base64(`${CERTIFICATE}\n`)}${base64(pem('RSA PRIVATE KEY'))} b`, `a=${R} b`],
  ['a key in base64 behind one letter', `a ${base64(`\n${pem('PRIVATE KEY')}`)} b`, `a Ci${R} b`],
  ['a key in base64 behind two letters', `a ${base64(`\r\n${pem('PRIVATE KEY')}`)} b`, `a DQo${R} b`],
  ['a key in base64, in lines', `a: ${inLines(base64(pem('PRIVATE KEY')), '\n')}\nb: c`, `a: ${R}\nb: c`],
  ['the same, further in', `a: |\n  ${inLines(base64(pem('PRIVATE KEY')), '\n  ')}\nb: c`, `a: |\n  ${R}\nb: c`],
  ['the same, with \\n', `a: ${inLines(base64(pem('PRIVATE KEY')), '\\n')}" b`, `a: ${R}" b`],
  ['the same, with a name behind it', `${inLines(base64(LONG_KEY), '\r\n')}\nexit 1`, `${R}\nexit 1`],
  ['whole lines, with a command behind them', `${inLines(FULL_LINES, '\n')}\nexit 1`, `${R}\nexit 1`],
  ['a certificate and its key in base64, in lines', inLines(base64(`${CERTIFICATE}\n${LONG_KEY}`), '\n'), R],
  ['certificates in base64, in lines', inLines(base64(CERTIFICATE), '\n'), inLines(base64(CERTIFICATE), '\n')],
  ['what only names a private key, in base64', base64('a PRIVATE KEY of mine'), base64('a PRIVATE KEY of mine')],
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
