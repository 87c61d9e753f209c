import { expect, test } from 'vitest';
import type { EngineAddress } from '../../../src/engine/address.ts';
import { answered, noAnswer, unreachable } from '../../../src/engine/engine-errors.ts';
import { DbgError } from '../../../src/errors.ts';

const SOCKET: EngineAddress = { kind: 'unix', path: '/var/run/docker.sock' };
const TLS: EngineAddress = { kind: 'tcp', host: '::1', port: 2376, tls: { ca: '/ca.pem' } };
const PLAIN: EngineAddress = { kind: 'tcp', host: 'far', port: 2376, tls: undefined };

const systemError = (code: string, message = code) => Object.assign(new Error(message), { code });

test.each([
  [SOCKET, systemError('EACCES'), "permission denied on the engine's socket unix:///var/run/docker.sock", 'sudo dbg …'],
  [
    SOCKET,
    systemError('ENOENT'),
    'no engine answers at unix:///var/run/docker.sock (no such socket)',
    'sudo systemctl start docker',
  ],
  [
    SOCKET,
    noAnswer(undefined, 1234),
    'the engine at unix:///var/run/docker.sock has not answered for 1.2 seconds',
    'journalctl -u docker -n 50',
  ],
  [
    SOCKET,
    noAnswer(3000, 20_000),
    'the engine at unix:///var/run/docker.sock has sent 3kB of its answer in 20 seconds, and not its end',
    'journalctl -u docker -n 50',
  ],
  [
    TLS,
    systemError('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'),
    'the certificate of the engine at tcp://[::1]:2376 is not signed by the CA in /ca.pem',
    "openssl s_client -connect '[::1]:2376' </dev/null | openssl x509 -noout -issuer",
  ],
  [
    PLAIN,
    systemError('ENOTFOUND', 'getaddrinfo ENOTFOUND far'),
    'no engine answers at tcp://far:2376 (no host has this name)',
    'curl -v http://far:2376/_ping',
  ],
])('%j, %s', (address, cause, message, command) => {
  const error = unreachable(address, cause);
  expect(error.message).toBe(message);
  expect(error.next[0]?.command).toBe(command);
});

test('an engine that speaks TLS alone, where dbg was not told so', () => {
  const body = Buffer.from('Client sent an HTTP request to an HTTPS server.\n');
  const ask = () => answered(PLAIN, { status: 400, body });
  expect(ask).toThrow('the engine at tcp://far:2376 speaks TLS alone, and dbg was not told to');
  try {
    ask();
  } catch (error) {
    expect((error as DbgError).next[0]?.command).toBe('export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=…');
  }
});
