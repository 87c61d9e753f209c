import { type SshAddress, sshHostWords } from '../engine/address.ts';
import FAR from './far.sh';

/** ssh gives up where nobody answers: after 10 s at the start, and after half a minute later on. */
export const UNANSWERED = ['-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=10', '-o', 'ServerAliveCountMax=3'];

/** The line by which ssh starts the far side: without a terminal, or with the person's. */
export function sshArgv(
  to: SshAddress,
  key: string,
  purpose: { readonly kind: 'frames' } | { readonly kind: 'terminal'; readonly words: readonly string[] },
): string[] {
  const words = purpose.kind === 'terminal' ? purpose.words : [];
  const command = ['exec', 'sh', '-c', FAR, 'dbg-far', key, purpose.kind, ...words].map(quoted);
  return [
    'ssh',
    // With a terminal, ssh would say at the end that the connection was closed.
    ...(purpose.kind === 'terminal' ? ['-tt', '-o', 'LogLevel=ERROR'] : ['-T']),
    ...UNANSWERED,
    ...sshHostWords(to),
    command.join(' '),
  ];
}

/**
 * A word for the login shell over there, which may be any. `$'…'`, which shellQuote may give, is
 * not POSIX.
 */
const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
