import type { Context } from '../context.ts';
import { configFolder } from '../engine/choice/docker-config.ts';
import { DbgError } from '../errors.ts';
import { THERE_VARIABLE } from '../host/there.ts';
import { LEASH_VARIABLE } from '../host/run/leash.ts';
import { whoAsked } from '../host/who-asked.ts';
import { OWN_VALUES_VARIABLE, packedValues } from '../host/own-values.ts';
import { shellLine } from '../text.ts';

// The variables that decide which engine is meant and how the terminal behaves. No others are
// passed on to root.
const CARRIED = /^(DOCKER_\w+|SHELL|TERM|COLORTERM|NO_COLOR|LANG|LC_\w+)$/;

/**
 * Values of the person's that say which engine is meant and how ssh reaches it, and that must not
 * become root's own variables.
 */
const CARRIED_AS_OWN = ['HOME', 'XDG_RUNTIME_DIR', 'CONTAINER_HOST', 'SSH_AUTH_SOCK'];

interface RootWish {
  /**
   * the names of further variables of the person's that root's dbg has to know
   * (src/host/own-values.ts)
   */
  readonly values?: readonly string[];
  /** false when nobody is there to type a password */
  readonly mayAsk?: boolean;
}

/**
 * Does something as root, and gives its exit code: joining a container's namespaces needs
 * CAP_SYS_ADMIN (setns(2)). When dbg is not root's, it is started again through sudo, which asks
 * for a password if it must.
 */
export async function asRoot(ctx: Context, act: () => Promise<number>, wish: RootWish = {}): Promise<number> {
  return ctx.host.isRoot ? act() : throughSudo(ctx, wish);
}

async function throughSudo(ctx: Context, { values = [], mayAsk = true }: RootWish): Promise<number> {
  if (ctx.host.find('sudo').kind !== 'found') {
    throw new DbgError('looking into a container needs root, and there is no sudo on this host', {
      next: [{ what: 'as root', command: `su -c ${shellLine([shellLine(['dbg', ...ctx.engineWords, ...ctx.args])])}` }],
    });
  }
  // sudo sets HOME to root's. But docker's configuration, which may name another engine, is in the
  // person's.
  const env = {
    DOCKER_CONFIG: configFolder(ctx.env),
    [OWN_VALUES_VARIABLE]: packedValues(ctx.env, [...CARRIED_AS_OWN, ...values]),
    ...(ctx.env[THERE_VARIABLE] && { [THERE_VARIABLE]: ctx.env[THERE_VARIABLE] }),
  };
  const { exitCode, report } = await ctx.host.run(sudoArgv(ctx, mayAsk), { env, isDbg: true });
  if (report === 'taken') return exitCode;
  if (!mayAsk) {
    throw new DbgError('this needs root, and sudo would ask for a password, or does not let dbg run', {
      next: [{ what: 'in a terminal', command: 'sudo -v && wireshark' }],
    });
  }
  throw new DbgError('sudo did not let dbg run as root', {
    next: [
      { what: 'what you may do', command: 'sudo -l' },
      { what: 'as root', command: `su -c ${shellLine([shellLine(['dbg', ...ctx.engineWords, ...ctx.args])])}` },
    ],
  });
}

function sudoArgv(ctx: Pick<Context, 'env' | 'self' | 'args' | 'engineWords'>, mayAsk: boolean): string[] {
  const { env, self, args, engineWords } = ctx;
  const carried = Object.keys(env).filter((name) => CARRIED.test(name) && env[name] !== undefined);
  const isThere = env[THERE_VARIABLE] === undefined ? [] : [THERE_VARIABLE];
  const names = [...new Set([...carried, ...isThere, 'DOCKER_CONFIG', OWN_VALUES_VARIABLE, LEASH_VARIABLE])].toSorted(
    (a, b) => a.localeCompare(b),
  );
  const prompt = '--prompt=dbg looks into containers as root; password for %p: ';
  const asking = mayAsk ? prompt : '--non-interactive';
  return ['sudo', `--preserve-env=${names.join(',')}`, asking, '--', ...self, ...engineWords, ...args];
}

/** The lines that `--dry-run` prints: what would run, ready to paste for the person who asked. */
export function dryRunText(ctx: Context, commands: readonly (readonly string[])[]): string {
  const prefix = ctx.host.isRoot && whoAsked(ctx) === undefined ? [] : ['sudo'];
  return commands.map((argv) => `${shellLine([...prefix, ...argv])}\n`).join('');
}
