import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Lab } from './lab.ts';

/** A container that may do all that a default container may, and a program in it. */
export interface Hostile {
  readonly name: string;
  readonly pid: number;
  /** Runs a script of the container's own sh, as its root, with what a default container may. */
  inside(script: string): Promise<string>;
  /**
   * Starts a program of the host's perl in its network, mount and other namespaces, as its own program would be: busybox has no words
   * for fcntl(2) and prctl(2). It lives until the test has ended, and has done its work when it says so.
   */
  perl(program: string): Promise<void>;
}

/** Something that a container does with a file that dbg looks at. */
export interface HostileFile {
  readonly what: string;
  make(container: Hostile): Promise<unknown>;
}

/** Its first process takes the names that it finds in a file: only a process itself can change its name (proc_pid_comm(5)). */
const FIRST =
  'while :; do [ -e /name ] && read -r name </name && printf "$name" >/proc/self/comm && rm /name; sleep 0.05; done';

export async function hostileContainer(lab: Lab, options: readonly string[] = []): Promise<Hostile> {
  const name = await lab.run('hostile', { options, command: ['sh', '-c', FIRST] });
  const pid = await lab.pid(name);
  return {
    name,
    pid,
    inside: (script) => lab.docker('exec', name, 'sh', '-c', script),
    perl: async (program) => {
      // The files are opened by way of /proc/PID/root, as the container's own program would.
      const child = spawn('perl', ['-e', `$| = 1; ${program}; print "done\\n"; sleep 3600`], {
        cwd: `/proc/${pid}/root`,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      lab.cleanUp(async () => child.kill('SIGKILL'));
      const [said] = (await once(child.stdout, 'data')) as [Buffer];
      expect(said.toString()).toBe('done\n');
    },
  };
}

/** F_SETLEASE, F_WRLCK (fcntl(2)): who opens the file waits for 45 seconds, unless it will not wait. */
const lease = (file: string) =>
  `$SIG{IO} = "IGNORE"; open($f, "+<", "${file}") or die "$!"; fcntl($f, 1024, 1) or die "$!"`;

/** What the engine mounts into every container, which may write into it: its own resolv.conf and hosts. */
export const OF_THE_ENGINE: readonly HostileFile[] = [
  { what: 'resolv.conf, 1.9 GB that are on no disk', make: (c) => c.inside('truncate -s 1900M /etc/resolv.conf') },
  { what: 'hosts, 1.9 GB that are on no disk', make: (c) => c.inside('truncate -s 1900M /etc/hosts') },
  { what: 'hostname, 1.9 GB that are on no disk', make: (c) => c.inside('truncate -s 1900M /etc/hostname') },
  { what: 'resolv.conf, with 8 EB', make: (c) => c.inside('truncate -s 8000000M /etc/resolv.conf') },
  {
    what: 'resolv.conf, which grows',
    make: (c) => c.inside('(while :; do head -c 1000000 /dev/zero; done | head -c 50000000 >>/etc/resolv.conf) &'),
  },
  { what: 'hosts, one line of 20 MB', make: (c) => c.inside('head -c 20000000 /dev/zero | tr "\\0" x >/etc/hosts') },
  {
    what: 'resolv.conf that nobody may read',
    make: (c) => c.inside('chmod 0 /etc/resolv.conf; chown 1234 /etc/resolv.conf'),
  },
  { what: 'resolv.conf with a lease', make: (c) => c.perl(lease('etc/resolv.conf')) },
  { what: 'hostname with a lease', make: (c) => c.perl(lease('etc/hostname')) },
  {
    what: 'hostname with escape sequences',
    make: (c) => c.inside('printf "\\033]0;owned\\007\\033[2J\\n$(id)\\n" >/etc/hostname'),
  },
];

const instead =
  (path: string, script: string): HostileFile['make'] =>
  (c) =>
    c.inside(`rm -rf ${path}; mkdir -p "$(dirname ${path})"; ${script}`);

/** What is the container's own: its /etc/passwd, from which dbg has the names of its users. */
export const OF_ITS_OWN: readonly HostileFile[] = [
  { what: 'passwd is a FIFO', make: instead('/etc/passwd', 'mkfifo /etc/passwd') },
  { what: 'passwd is a device without end', make: instead('/etc/passwd', 'mknod /etc/passwd c 1 5') },
  { what: 'passwd is a terminal', make: instead('/etc/passwd', 'mknod /etc/passwd c 5 0') },
  { what: 'passwd is a disk', make: instead('/etc/passwd', 'mknod /etc/passwd b 8 0') },
  { what: 'passwd is a folder', make: instead('/etc/passwd', 'mkdir /etc/passwd') },
  {
    what: 'passwd is a socket',
    make: instead('/etc/passwd', '(nc -l -U /etc/passwd || nc -lU /etc/passwd) >/dev/null 2>&1 & sleep 0.2'),
  },
  { what: "passwd is a link to the host's secrets", make: instead('/etc/passwd', 'ln -s /etc/shadow /etc/passwd') },
  { what: 'passwd is a link to itself', make: instead('/etc/passwd', 'ln -s passwd /etc/passwd') },
  { what: 'passwd is a link into /proc', make: instead('/etc/passwd', 'ln -s /proc/1/root/etc/shadow /etc/passwd') },
  { what: 'passwd has 1.9 GB that are on no disk', make: instead('/etc/passwd', 'truncate -s 1900M /etc/passwd') },
  {
    what: 'passwd has a million users',
    make: instead('/etc/passwd', "yes 'u:x:0:0::/:/bin/sh' | head -n 1000000 >/etc/passwd"),
  },
  {
    what: 'passwd is one line of 20 MB',
    make: instead('/etc/passwd', 'head -c 20000000 /dev/zero | tr "\\0" : >/etc/passwd'),
  },
  {
    what: 'passwd has names with escape sequences',
    make: (c) => c.inside('printf "\\033]0;owned\\007:x:0:0::/\\033[2J:/bin/sh\\n" >/etc/passwd'),
  },
  { what: 'passwd has a lease', make: (c) => c.perl(lease('etc/passwd')) },
  { what: 'passwd grows', make: (c) => c.inside('(yes | head -c 50000000 >>/etc/passwd) &') },
];

/** Names that a container gives to its first process (prctl(2), PR_SET_NAME: 15 bytes of any kind). */
export const PROCESS_NAMES = [
  ' /*/*/*',
  '/*/*/*\n',
  '\n /*/*/* ',
  'x) S 1 1 1\n',
  ') R 0 0 0 0 0',
  '\n1 (x) S 1 2',
  '$(kill -9 $$)',
  '`kill -9 $$`',
  '\u001b]0;owned\u0007',
  '-e /etc/shadow',
  '%s%s%n\\033[2J',
  '\n',
  ' ',
] as const;

/** Gives a name to its first process, and waits until it has it. */
export async function rename({ pid, inside }: Hostile, name: string): Promise<void> {
  const octal = [...Buffer.from(name)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  await inside(`echo '${octal}' >/new; mv /new /name`);
  await expect.poll(() => readFileSync(`/proc/${pid}/comm`, 'utf8'), { timeout: 20_000 }).toBe(`${name}\n`);
}
