import { chownSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { type SshAddress, sshHostWords } from '../../engine/address.ts';
import { DOCKER_SOCKET } from '../../engine/choice/parse-host.ts';
import { sshTrouble } from '../../engine/troubles/ssh-trouble.ts';
import { SshEnded } from '../../engine/ways/ssh-ended.ts';
import { UNANSWERED } from '../../far/ssh-argv.ts';
import { farStatus } from '../../far/far-status.ts';
import { asPerson, personAsked } from '../../host/who-asked.ts';
import { escapeControls } from '../../text.ts';
import { ownFolder } from './listen-place.ts';
import SWEEP from './sweep.sh';

/** An engine's socket that ssh has brought to this host. */
export interface SshForward {
  readonly path: string;
  /** what ssh has said on stderr by now */
  said(): string;
  /** Ends ssh, and removes the socket. */
  close(): Promise<void>;
}

/** What `cat` sends back over there, once ssh has made the socket here. */
const READY = 'forwarded';

/**
 * A master that other sshs share (ControlMaster) would make the socket here, and keep it when this
 * ssh has ended.
 */
const BY_ITSELF = ['-S', 'none', '-o', 'ControlMaster=no'];

/**
 * Has the system's ssh bring an engine's socket here (ssh(1), -L), in a folder that only the person
 * may enter. All connections go over one ssh. It ends with dbg, however dbg dies, because it runs
 * `cat` there, which ends with stdin; the socket and its folder are removed then too. When it ends
 * before, a line on stderr says so. Throws a DbgError where ssh does not reach the host, or may not
 * forward.
 */
export async function forwardBySsh(ctx: Pick<Context, 'env' | 'host' | 'stderr'>, to: SshAddress): Promise<SshForward> {
  const folder = ownFolder(resolve(tmpdir()), 'dbg-engine-');
  const path = join(folder, 'docker.sock');
  const person = personAsked(ctx);
  if (person) chownSync(folder, person.uid, person.gid);
  // What is in a folder of the person's is removed by the person: root could be led elsewhere.
  const sweeper = ctx.host.hold(asPerson(ctx, ['sh', '-c', SWEEP, 'dbg-sweep', path, folder, '', '']));
  const forward = ['-L', `${path}:${to.path ?? DOCKER_SOCKET}`, '-o', 'ExitOnForwardFailure=yes'];
  const argv = ['ssh', '-T', ...BY_ITSELF, ...UNANSWERED, ...forward, ...sshHostWords(to), 'cat'];
  let isClosed = false;
  const sweep = async () => {
    isClosed = true;
    sweeper.release();
    await sweeper.ended;
  };
  try {
    const ssh = await ctx.host.relay(asPerson(ctx, argv), { isForPerson: true });
    const close = async () => {
      ssh.kill();
      await sweep();
    };
    ssh.stdin.write(`dbg-far ${READY}\n`);
    if ((await farStatus(ssh.stdout)) !== READY) {
      ssh.kill();
      await ssh.ended;
      throw sshTrouble(to, new SshEnded(ssh.said()));
    }
    ssh.stdout.resume();
    void ssh.ended.then(() => {
      if (!isClosed) ctx.stderr.write(`dbg: ssh to ${escapeControls(to.host)} has ended: no call reaches its engine\n`);
    });
    return { path, said: ssh.said, close };
  } catch (error) {
    await sweep();
    throw error;
  }
}
