import { expect, test } from 'vitest';
import { addressText, type EngineAddress, type SshAddress, type TcpAddress } from '../../../src/engine/address.ts';
import { answered, unreachable } from '../../../src/engine/engine-errors.ts';
import { sshTrouble } from '../../../src/engine/troubles/ssh-trouble.ts';
import { tlsTrouble } from '../../../src/engine/troubles/tls-trouble.ts';
import { whenNoneAnswers } from '../../../src/engine/troubles/engine-place.ts';
import { sshArgv } from '../../../src/engine/ways/ssh-connection.ts';
import { SshEnded } from '../../../src/engine/ways/ssh-ended.ts';
import { DbgError } from '../../../src/errors.ts';

const unix = (path: string): EngineAddress => ({ kind: 'unix', path });
const PLAIN: TcpAddress = { kind: 'tcp', host: 'far', port: 2375, tls: undefined };
const TLS: TcpAddress = { ...PLAIN, port: 2376, tls: { ca: '/c/ca.pem' } };
const FAR: SshAddress = { kind: 'ssh', client: 'docker', host: 'far', user: 'ann', port: 2222 };

test.each<[EngineAddress, 'docker' | 'podman', string]>([
  [unix('/var/run/docker.sock'), 'docker', 'sudo systemctl start docker'],
  [unix('/var/run/docker.sock'), 'podman', 'sudo systemctl start podman.socket'],
  [unix('/run/user/1000/docker.sock'), 'docker', 'systemctl --user start docker'],
  [unix('/run/podman/podman.sock'), 'docker', 'sudo systemctl start podman.socket'],
  [unix('/run/user/1000/podman/podman.sock'), 'podman', 'systemctl --user start podman.socket'],
  [PLAIN, 'docker', 'curl -v http://far:2375/_ping'],
  [TLS, 'docker', 'curl -v https://far:2376/_ping'],
  [FAR, 'docker', 'ssh -l ann -p 2222 -- far systemctl status docker'],
])('where nobody answers at %j (%s)', (address, client, command) => {
  expect(whenNoneAnswers(address, client)[0]?.command).toBe(command);
});

// Codes and messages as Node 20 and OpenSSL 3 give them.
test.each<[string, string, TcpAddress, string]>([
  ['CERT_HAS_EXPIRED', '', TLS, 'has expired'],
  ['CERT_NOT_YET_VALID', '', TLS, 'is not valid yet'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', '', { ...TLS, tls: {} }, 'not signed by a CA that this system trusts'],
  ['EPROTO', 'C0:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../s.c:354:\n', TLS, 'not speak TLS'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', '', TLS, 'wants a certificate of yours'],
  ['EPROTO', 'C0:error:0A000410:SSL routines:x:sslv3 alert handshake failure:../s.c:1:\n', TLS, 'wants a certificate'],
  [
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    '',
    { ...TLS, tls: { cert: '/c/cert.pem', key: '/c/key.pem' } },
    'does not accept the certificate /c/cert.pem (unknown ca)',
  ],
  ['EPROTO', 'C0:error:0A000126:SSL routines::unexpected eof while reading:../s.c:1:\n', TLS, 'fails: unexpected eof'],
])('%s %s', (code, message, address, sentence) => {
  const error = tlsTrouble(address, Object.assign(new Error(message), { code }));
  expect(error?.message).toContain(sentence);
  expect(error?.message).not.toMatch(/\n|routines/);
});

test('what has nothing to do with TLS is no trouble of TLS', () => {
  expect(tlsTrouble(TLS, Object.assign(new Error(''), { code: 'ECONNREFUSED' }))).toBeUndefined();
  expect(tlsTrouble(PLAIN, Object.assign(new Error(''), { code: 'CERT_HAS_EXPIRED' }))).toBeUndefined();
});

test.each<[string, string, string]>([
  ['Host key verification failed.', 'ssh does not know the host key of far', 'ssh -l ann -p 2222 -- far true'],
  [
    '@@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@@\nOffending ED25519 key in /home/ann/.ssh/known_hosts:3\nHost key verification failed.',
    'the host key of far is another one',
    "ssh-keygen -R '[far]:2222' -f /home/ann/.ssh/known_hosts",
  ],
  ['ann@far: Permission denied (publickey).', 'ssh may not log in to far: ann@far: Permission denied', 'far true'],
  ['bash: line 1: docker: command not found', 'there is no docker at far', 'command -v docker'],
  ['setpriv: failed\nspawn ssh ENOENT', 'there is no ssh on this host', 'openssh-client'],
  ['banner\nssh: connect to host far port 22: Connection timed out\n', 'Connection timed out', 'docker version'],
  ['', 'ssh ended without a word', 'docker version'],
])('ssh said %j', (said, sentence, command) => {
  const { message, next } = sshTrouble(FAR, new SshEnded(said));
  expect(message).toContain(sentence);
  expect(message).not.toContain('\n');
  expect(next.map((each) => each.command).join(' ')).toContain(command);
});

test('the words for ssh, and for the shell over there', () => {
  expect(sshArgv(FAR)).toEqual(
    'ssh -o ConnectTimeout=30 -T -l ann -p 2222 -- far'.split(' ').concat('docker system dial-stdio'),
  );
  expect(sshArgv({ kind: 'ssh', client: 'podman', host: 'far', path: '/a b;c' }).at(-1)).toBe(
    "podman --url 'unix:///a b;c' system dial-stdio",
  );
  expect(addressText({ ...FAR, host: '::1', path: '/s' })).toBe('ssh://ann@[::1]:2222/s');
});

const html = (text: string) => Buffer.from(`<html><head><title>${text}</title></head></html>`);

test.each<[number, string, string]>([
  [401, 'Unauthorized', 'wants a user and a password'],
  [407, 'Proxy', 'wants a user and a password'],
  [403, 'Forbidden', 'does not allow this'],
  [404, 'Not Found', 'is no engine, or the engine is behind another path'],
  [502, 'Bad Gateway', 'does not get an answer'],
  [302, 'Found', 'answered with status 302'],
  [200, 'Log in', 'it sent a page for browsers'],
  [400, 'The plain HTTP request was sent to HTTPS port', 'speaks TLS alone'],
])('a page with status %i', (status, text, sentence) => {
  const header = (name: string) => (name === 'server' ? 'nginx' : undefined);
  const ask = () => answered(PLAIN, { status, body: html(text), header });
  expect(ask).toThrow(sentence);
  expect(ask).toThrow(/^[^<\n]*$/);
});

test("an engine's own message is one line", () => {
  const body = Buffer.from(JSON.stringify({ message: 'first\n\tsecond\n' }));
  expect(() => answered(PLAIN, { status: 500, body })).toThrow('answered with status 500: first second');
});

test('an error that says it already stays as it is', () => {
  const error = new DbgError('no certificates');
  expect(unreachable(TLS, error)).toBe(error);
});
