import type { Context } from '../../context.ts';
import { DbgError } from '../../errors.ts';
import { lendTo } from '../../far/near-side.ts';
import { type SshAddress, sshHostWords } from '../../engine/address.ts';
import { sshTrouble } from '../../engine/troubles/ssh-trouble.ts';
import { SshEnded } from '../../engine/ways/ssh-ended.ts';
import { sshArgv } from '../../far/ssh-argv.ts';
import { farStatus } from '../../far/far-status.ts';
import type { Relayed } from '../../host/host.ts';
import { asPerson } from '../../host/who-asked.ts';
import { escapeControls, shellLine } from '../../text.ts';
import type { Errand } from './errand.ts';
import { ownFiles, ownKey } from './own-files.ts';
import { printedThere, printingTo } from './printed-there.ts';

/** A verb that is to run on another host. */
export interface Journey extends Errand {
  readonly to: SshAddress;
}

/** The exit code of far.sh for a terminal when dbg is not there yet. */
const MISSING = 97;
const NO_NODE = 98;

/** Runs a verb on another host, by the system's ssh. Gives its exit code. */
export async function overSsh(ctx: Context, journey: Journey): Promise<number> {
  const { to, beginning } = journey;
  if (ctx.host.find('ssh').kind !== 'found') throw sshTrouble(to, new SshEnded('spawn ssh ENOENT'));
  const key = ownKey(ctx);
  if (journey.isDryRun) {
    const terminal = journey.usesTerminal ? ['-t'] : [];
    const wrap = (line: string) => ['ssh', ...terminal, ...sshHostWords(to), line];
    return printedThere(ctx, (silent) => withFrames(silent, journey, key), wrap);
  }
  if (!journey.usesTerminal) return withFrames(ctx, journey, key);
  const [file] = Object.keys(beginning.files);
  if (file !== undefined) throw noFile(to, file);
  const variables = Object.entries({ ...beginning.env, ...beginning.engine }).map(
    ([name, value]) => `${name}=${value}`,
  );
  const words = [...variables, '--', ...beginning.args];
  const onTerminal = () => ctx.host.run(asPerson(ctx, sshArgv(to, key, { kind: 'terminal', words })));
  const { exitCode } = await onTerminal();
  if (exitCode === NO_NODE) throw noNode(to);
  if (exitCode !== MISSING) return exitCode;
  // Now the files go there; what it prints is not wanted.
  const silent = printingTo(ctx, () => undefined);
  await withFrames(silent, { ...journey, beginning: { ...beginning, args: ['--version'], files: {} } }, key);
  return (await onTerminal()).exitCode;
}

async function withFrames(ctx: Context, { to, beginning, isNamed }: Journey, key: string): Promise<number> {
  const ssh = await ctx.host.relay(asPerson(ctx, sshArgv(to, key, { kind: 'frames' })), { isForPerson: true });
  try {
    await untilReady(ctx, to, ssh);
  } catch (error) {
    ssh.kill();
    throw error;
  }
  return lendTo(ctx, ssh, { beginning, isNamed, broken: () => broken(to, ssh) });
}

/** Waits until the far dbg speaks frames. Brings dbg's files before, where they are missing. */
async function untilReady(ctx: Context, to: SshAddress, ssh: Relayed): Promise<void> {
  for (;;) {
    const word = await farStatus(ssh.stdout);
    if (word === 'ready') return;
    if (word === 'no-node') throw noNode(to);
    if (word === 'not-taken') {
      throw new DbgError(`dbg's files could not be put on ${to.host}: ${lastLine(ssh) || 'tar failed there'}`, {
        next: [{ what: 'see the room there', command: shellLine(['ssh', ...sshHostWords(to), 'df -h ~']) }],
      });
    }
    if (word !== 'missing') throw notReached(to, ssh);
    const files = await ownFiles(ctx);
    ctx.stderr.write(`dbg: bringing dbg to ${escapeControls(to.host)} (${Math.ceil(files.length / 1024)} kB), once\n`);
    ssh.stdin.write(`${files.length}\n`);
    ssh.stdin.write(files);
  }
}

const lastLine = (ssh: Relayed) => escapeControls(ssh.said().trim().split('\n').at(-1)!.trim());

const noFile = ({ host }: SshAddress, file: string) =>
  new DbgError(`${file} cannot go along to ${host}: with a terminal, ssh carries nothing else`, {
    next: [{ what: 'without a terminal', command: 'dbg exec … </dev/null' }],
  });

const noNode = (to: SshAddress) =>
  new DbgError(`${to.host} has no Node, which dbg needs there (20 or newer)`, {
    next: [
      { what: 'install it there', command: shellLine(['ssh', ...sshHostWords(to), 'sudo apt-get install nodejs']) },
    ],
  });

const notReached = (to: SshAddress, ssh: Relayed) => sshTrouble(to, new SshEnded(ssh.said()));

const broken = (to: SshAddress, ssh: Relayed) =>
  new DbgError(
    `the connection to ${to.host} broke${lastLine(ssh) && `: ${lastLine(ssh)}`}; what ran there ends by itself`,
    {
      next: [{ what: 'see whether it answers', command: shellLine(['ssh', ...sshHostWords(to), 'true']) }],
    },
  );
