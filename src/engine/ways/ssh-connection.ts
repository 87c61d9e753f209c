import { Duplex, type Readable, type Writable } from 'node:stream';
import { shellLine } from '../../text.ts';
import { type SshAddress, sshHostWords } from '../address.ts';
import type { Dial } from './over-dockerode.ts';
import { SshEnded } from './ssh-ended.ts';

/** A program that carries bytes both ways: Host.relay (src/host/host.ts). */
export interface Carrier {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** what it wrote on stderr */
  said(): string;
  /** resolves when it has ended, and all that it said is known */
  readonly ended: Promise<void>;
  /** Whether dbg waits for it before it ends by itself. */
  keepAwake(isAwake: boolean): void;
  kill(): void;
}

/**
 * The words that reach an engine by ssh, as docker's CLI has them (docker/cli,
 * cli/connhelper/connhelper.go). -T: no terminal over there. ssh's own configuration, agent and
 * known hosts count.
 */
export function sshArgv(address: SshAddress): string[] {
  // sshd gives the words to a shell (ssh(1)), so they are quoted for it.
  const socket = address.path === undefined ? [] : [HOST_OPTION[address.client], `unix://${address.path}`];
  const remote = shellLine([address.client, ...socket, 'system', 'dial-stdio']);
  return ['ssh', '-o', 'ConnectTimeout=30', '-T', ...sshHostWords(address), remote];
}

const HOST_OPTION = { docker: '--host', podman: '--url' } as const;

/** Connects to the engine over there: one ssh for each connection. */
export const dialSsh =
  (address: SshAddress, carry: (argv: readonly string[]) => Promise<Carrier>): Dial =>
  (dialed) => {
    carry(sshArgv(address)).then(
      (carrier) => dialed(null, joined(carrier)),
      (error: Error) => dialed(error),
    );
  };

/**
 * Joins the two streams of a program into one. When the program ends before it was told to, the
 * stream fails with what the program said.
 */
function joined({ stdin, stdout, said, ended, keepAwake, kill }: Carrier): Duplex {
  const stream = new Duplex({
    read: () => void stdout.resume(),
    write: (piece, _, done) => void stdin.write(piece, () => done()),
    final: (done) => void stdin.end(() => done()),
    destroy: (error, done) => {
      kill();
      done(error);
    },
  });
  stdout.on('data', (piece: Buffer) => {
    if (!stream.push(piece)) stdout.pause();
  });
  void ended.then(() => stream.destroy(new SshEnded(said().trim())));
  // What node:http calls on a connection that it keeps for the next request.
  const nothing = () => stream;
  return Object.assign(stream, {
    setKeepAlive: nothing,
    setTimeout: nothing,
    setNoDelay: nothing,
    ref: () => (keepAwake(true), stream),
    unref: () => (keepAwake(false), stream),
  });
}
