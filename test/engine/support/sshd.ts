import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { findProgram } from '../../own-engine/programs.ts';
import type { Lab } from './lab.ts';

/** An sshd of the test's own on 127.0.0.1, into which root logs in with a key of the test's own. */
export interface SshServer {
  readonly port: number;
  readonly pid: number;
  /** "ssh://root@127.0.0.1:PORT" */
  readonly address: string;
  /** the line that ssh's known_hosts has for it */
  readonly knownHost: string;
  /** what it has logged so far */
  log(): string;
  /** Ends it and every connection of it by SIGKILL. */
  kill(): Promise<void>;
  /** the same place with another host key, as after a man in the middle has come */
  withOtherKey(): Promise<SshServer>;
}

/** What a person has for ssh: a key, known hosts, a configuration. Nothing of the machine's own counts. */
export interface SshClient {
  /** for `ssh -F` */
  readonly config: string;
  readonly knownHosts: string;
  /** puts an `ssh` into PATH that reads this configuration alone, with no agent */
  readonly env: { readonly PATH: string; readonly SSH_AUTH_SOCK: string };
  /** the key that servers let in, as authorized_keys has it */
  readonly publicKey: string;
  /** Adds to the configuration. */
  configure(text: string): void;
  /** Makes ssh know these servers, and no others. */
  trust(...servers: readonly SshServer[]): void;
}

/** A person's ssh, in a folder of the test. */
export async function sshClient(lab: Lab): Promise<SshClient> {
  const folder = join(lab.folder, 'ssh-client');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const [config, knownHosts, key] = ['config', 'known_hosts', 'id_ed25519'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'a test of dbg', '-f', key]);
  const own = [
    'Host *',
    `  IdentityFile ${key}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${knownHosts}`,
    '  GlobalKnownHostsFile /dev/null',
    '  UpdateHostKeys no',
    '  ControlPath none',
  ];
  // ssh takes the first value that it finds (ssh_config(5)), so what a test adds comes before.
  let added = '';
  const write = () => writeFileSync(config, `${added}${own.join('\n')}\n`);
  write();
  writeFileSync(knownHosts, '');
  const ssh = findProgram('ssh')!;
  writeFileSync(join(folder, 'bin/ssh'), `#!/bin/sh\nexec ${ssh} -F ${config} "$@"\n`);
  chmodSync(join(folder, 'bin/ssh'), 0o755);
  return {
    config,
    knownHosts,
    env: { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, SSH_AUTH_SOCK: '' },
    publicKey: readFileSync(`${key}.pub`, 'utf8'),
    configure: (text) => {
      added += `${text}\n`;
      write();
    },
    trust: (...servers) => writeFileSync(knownHosts, servers.map(({ knownHost }) => `${knownHost}\n`).join('')),
  };
}

let count = 0;

/**
 * Starts an sshd that lets this client in as root. It runs in the foreground as a child of the test, and is killed with
 * the test.
 * @param settings lines for its configuration (sshd_config(5)); they win over ours
 */
export async function sshServer(lab: Lab, client: SshClient, settings: readonly string[] = []): Promise<SshServer> {
  return start(lab, client, settings, await freePort());
}

async function start(lab: Lab, client: SshClient, settings: readonly string[], port: number): Promise<SshServer> {
  const folder = join(lab.folder, `sshd-${count++}`);
  mkdirSync(folder);
  // sshd wants this folder for its part without rights (sshd(8)); the engine's /run is its own.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const key = join(folder, 'host_key');
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  writeFileSync(join(folder, 'authorized_keys'), client.publicKey);
  const config = [
    ...settings,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${key}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    'AuthenticationMethods publickey',
    'PermitRootLogin prohibit-password',
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PrintMotd no',
    'MaxStartups 100',
    'LogLevel VERBOSE',
  ];
  writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`);
  const server = run(join(folder, 'sshd_config'));
  let said = '';
  server.stderr.setEncoding('utf8').on('data', (piece: string) => (said += piece));
  lab.cleanUp(() => killWithChildren(server));
  await expect.poll(() => answers(port), { message: `sshd does not listen: ${said}` }).toBe(true);
  const [type, hostKey] = readFileSync(`${key}.pub`, 'utf8').split(' ');
  return {
    port,
    pid: server.pid!,
    address: `ssh://root@127.0.0.1:${port}`,
    knownHost: `[127.0.0.1]:${port} ${type} ${hostKey}`,
    log: () => said,
    kill: () => killWithChildren(server),
    withOtherKey: async () => {
      await killWithChildren(server);
      return start(lab, client, settings, port);
    },
  };
}

const run = (config: string) =>
  execa(findProgram('sshd')!, ['-D', '-e', '-f', config], { reject: false, stdin: 'ignore', stdout: 'ignore' });

/** sshd has a process for each connection (two with a user), which goes on when sshd itself ends. */
async function killWithChildren(server: ReturnType<typeof run>): Promise<void> {
  for (const pid of [...(await below(server.pid!)), server.pid!]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended
    }
  }
  await server.catch(() => undefined);
}

/** The processes below one, the deepest first. */
async function below(pid: number): Promise<number[]> {
  const { stdout } = await execa('ps', ['-o', 'pid=', '--ppid', String(pid)], { reject: false });
  const children = stdout.split('\n').map(Number).filter(Boolean);
  return [...(await Promise.all(children.map(below))).flat(), ...children];
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
    socket.once('end', () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
