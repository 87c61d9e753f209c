import { DbgError, type NextStep } from '../../errors.ts';
import { shellLine, shellQuote } from '../../text.ts';
import { addressText, type SshAddress, sshHostWords } from '../address.ts';
import type { SshEnded } from '../ways/ssh-ended.ts';

/** The error for an ssh that ended, by what it said (OpenSSH speaks English alone). */
export function sshTrouble(address: SshAddress, cause: SshEnded): DbgError {
  const said = cause.message;
  const { host, client } = address;
  const failed = (message: string, ...next: readonly NextStep[]) => new DbgError(message, { cause, next });
  const login = (...words: readonly string[]) => shellLine(['ssh', ...sshHostWords(address), ...words]);
  if (said.includes('REMOTE HOST IDENTIFICATION HAS CHANGED')) {
    const file = /^Offending .* key in (.+):\d+\s*$/m.exec(said)?.[1] ?? '~/.ssh/known_hosts';
    return failed(
      `the host key of ${host} is another one than ssh knows: the machine was set up anew, or somebody stands between`,
      {
        what: 'if it was set up anew',
        command: `ssh-keygen -R ${shellQuote(knownName(address))} -f ${shellQuote(file)}`,
      },
    );
  }
  if (/Host key verification failed|No \S+ host key is known for/.test(said)) {
    return failed(`ssh does not know the host key of ${host}, and nobody can be asked here`, {
      what: 'compare the key, then accept it',
      command: login('true'),
    });
  }
  if (/Permission denied \(/.test(said)) {
    return failed(`ssh may not log in to ${host}: ${lastLine(said)}`, {
      what: 'try it by hand; dbg can type no password',
      command: login('true'),
    });
  }
  if (/command not found|: not found|No such file or directory/.test(said) && said.includes(client)) {
    return failed(`there is no ${client} at ${host} for this user: ${lastLine(said)}`, {
      what: 'look over there',
      command: login('command', '-v', client),
    });
  }
  if (/spawn ssh ENOENT/.test(said)) {
    return failed('there is no ssh on this host', { what: 'install it', command: 'sudo apt install openssh-client' });
  }
  return failed(
    `the engine at ${addressText(address)} cannot be asked: ${lastLine(said) || 'ssh ended without a word'}`,
    { what: 'try it by hand', command: login(client, 'version') },
  );
}

/**
 * The name under which ssh keeps the key of a host: "[HOST]:PORT" for another port than 22
 * (sshd(8)).
 */
const knownName = ({ host, port }: SshAddress) => (port === undefined || port === 22 ? host : `[${host}]:${port}`);

/** The last line that says something: what comes before it are warnings and banners. */
function lastLine(said: string): string {
  const lines = said.split(/\r?\n/).map((line) => line.trim());
  return (lines.findLast((line) => line !== '') ?? '').slice(0, MOST_CHARACTERS);
}

const MOST_CHARACTERS = 300;
