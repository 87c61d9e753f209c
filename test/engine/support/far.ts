import { join } from 'node:path';
import { expect } from 'vitest';
import { dbg, processes } from './dbg.ts';
import type { Lab } from './lab.ts';
import { sshClient, sshServer, type SshClient, type SshServer } from './sshd.ts';

/** A host that is reached by ssh: this one, so that a test can look at both sides. */
export interface FarHost {
  readonly client: SshClient;
  readonly server: SshServer;
  readonly env: Record<string, string>;
  /** dbg's words for it */
  readonly there: readonly string[];
  /** Runs a verb there. */
  run(args: readonly string[], options?: Parameters<typeof dbg>[1]): ReturnType<typeof dbg>;
}

/** The home of the far dbg's files is the test's: what one test brings, another does not find. */
export async function farHost(lab: Lab, settings: readonly string[] = []): Promise<FarHost> {
  const client = await sshClient(lab);
  const server = await sshServer(lab, client, [`SetEnv XDG_CACHE_HOME=${join(lab.folder, 'far-cache')}`, ...settings]);
  client.trust(server);
  const env = { ...client.env, DOCKER_CONFIG: join(lab.folder, 'docker') };
  const there = ['-H', server.address];
  return { client, server, env, there, run: (args, options) => dbg([...there, ...args], { ...options, env }) };
}

/** The far dbgs of a test: each runs from the test's own folder. */
export const farDbgs = (lab: Lab) =>
  processes().filter(({ command }) => command.includes(join(lab.folder, 'far-cache')));

/** Waits until no far dbg of the test is left. */
export const nothingFar = (lab: Lab): Promise<void> => expect.poll(() => farDbgs(lab)).toEqual([]);
