import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { dbg } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

/** By each of these some program of the host runs another, loads code or reads a file; there are more, and no list of all. */
const STEERING = `
  MTR_PACKET LD_PRELOAD LD_AUDIT BASH_ENV ENV PYTHONSTARTUP
  PERL5OPT RUBYOPT NODE_OPTIONS GIT_SSH_COMMAND TAR_OPTIONS RSYNC_RSH
  XTABLES_LIBDIR GCONV_PATH PS4 LESSOPEN MANPAGER WIRESHARK_PLUGIN_DIR
  SOCAT_PREFERRED_RESOLVE_IP OPENSSL_CONF NMAPDIR VIMINIT EDITOR BROWSER
  GDK_PIXBUF_MODULE_FILE GTK_MODULES QT_PLUGIN_PATH AWKPATH AWKLIBPATH GDBHISTFILE
  SUDO_ASKPASS XDG_CONFIG_HOME HGRCPATH EMACSLOADPATH GROFF_COMMAND_PREFIX PKG_CONFIG
  CC MAKEFLAGS CVS_RSH KRB5_CONFIG SASL_PATH ODBCSYSINI
  LUA_INIT PHPRC JAVA_TOOL_OPTIONS DOTNET_STARTUP_HOOKS IFS
`
  .trim()
  .split(/\s+/);

/** A container whose starter wants a file of its volume to be run by root's tools. */
async function hostile(lab: Lab) {
  const [file, mark] = [join(lab.folder, 'packet'), join(lab.folder, 'ran')];
  writeFileSync(file, `#!/bin/sh\n: >${mark}\n`);
  chmodSync(file, 0o755);
  const variables = [...STEERING.map((name) => `${name}=${file}`), 'PGHOST=db', 'http_proxy=proxy', 'e\u001b[31m=x'];
  const container = await lab.run('web', {
    options: ['-v', `${lab.folder}:${lab.folder}`, ...variables.flatMap((word) => ['-e', word])],
    command: ['/bin/sleep', '3600'],
  });
  return { container, file, hasRun: () => existsSync(mark) };
}

/** What a tool such as mtr does with its variables; an EDITOR of who runs these tests would wait for a person. */
const OBEY =
  'for name in MTR_PACKET PERL5OPT EDITOR CC; do eval "it=\\$$name"; [ "${it##*/}" != packet ] || "$it"; done; env';

describe('a container whose variables steer tools of the host', () => {
  test('alone the option prints names, not one value, and runs nothing', async ({ lab }) => {
    const { container, file, hasRun } = await hostile(lab);
    for (const args of [
      ['exec', '--env-from-container', container, 'sh', '-c', OBEY],
      ['exec', '--env-from-container', container],
      ['shell', '--env-from-container', container, '--', 'sh', '-c', OBEY],
      ['tcpdump', '--env-from-container', container, '-D'],
      ['tcpflow', '--env-from-container', container],
    ]) {
      const { exitCode, stdout, stderr } = await dbg(args);
      expect(exitCode, String(stderr)).toBe(0);
      expect(String(stdout).split('\n')).toEqual(expect.arrayContaining([...STEERING, 'PGHOST', 'http_proxy']));
      expect(String(stdout) + String(stderr)).not.toContain(file);
      expect(stderr).toContain('nothing was run');
    }
    expect(hasRun()).toBe(false);
  });

  test.for([
    ['exec', '--env-from-container=PGHOST,http_proxy'],
    ['exec', '--env-from-container', 'PGHOST', '--env-from-container=http_proxy'],
    ['shell', '--host-view', '--env-from-container=PGHOST,http_proxy'],
    ['exec', '-u', '0', '--env-from-container=PGHOST,http_proxy'],
  ])('with names the tool gets those and no other: %j', async ([verb = '', ...options], { lab }) => {
    const { container, hasRun } = await hostile(lab);
    const { exitCode, stdout, stderr } = await dbg([verb, ...options, container, '--', 'sh', '-c', OBEY]);
    expect(exitCode, String(stderr)).toBe(0);
    const given = String(stdout).split('\n');
    expect(given).toEqual(expect.arrayContaining(['PGHOST=db', 'http_proxy=proxy']));
    const own = new Set(Object.keys(process.env));
    const names = given.flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? []);
    expect(names.filter((name) => STEERING.includes(name) && !own.has(name))).toEqual([]);
    expect(hasRun()).toBe(false);
  });

  test('a name that it has not been given is an error that says what there is, and nothing is run', async ({ lab }) => {
    const { container, hasRun } = await hostile(lab);
    for (const name of ['PGPORT', 'constructor', '__proto__', 'DBG_ROOT', 'a-b', 'PGHOST,NO_SUCH']) {
      const { exitCode, stdout } = await dbg(['exec', `--env-from-container=${name}`, container, 'sh', '-c', OBEY]);
      expect([exitCode, stdout], name).toEqual([2, '']);
    }
    const { stderr } = await dbg(['exec', '--env-from-container=PGPORT', container, 'env']);
    expect(stderr).toContain('was given no variable "PGPORT"');
    expect(stderr).toContain('PGHOST');
    expect(hasRun()).toBe(false);
  });

  test('PATH, when it is named, is for the tool: what stands before it is found as ever', async ({ lab }) => {
    const container = await lab.run('web', { options: ['-e', `PATH=${lab.folder}`], command: ['/bin/sleep', '3600'] });
    for (const program of ['setpriv', 'nsenter', 'sh', 'mount']) {
      writeFileSync(join(lab.folder, program), '#!/bin/sh\necho steered\n');
      chmodSync(join(lab.folder, program), 0o755);
    }
    const args = ['exec', '-u', '0', '--env-from-container=PATH', container, '/bin/sh', '-c', 'echo "$PATH"'];
    expect((await dbg(args)).stdout).toBe(lab.folder);
  });
});
