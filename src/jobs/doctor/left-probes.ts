import { tmpdir } from 'node:os';
import type { Context } from '../../context.ts';
import { configFolder } from '../../engine/choice/docker-config.ts';
import { DbgError } from '../../errors.ts';
import { type Kernel, supportOf } from '../../host/kernel.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { findRemains, type Remains } from '../../network/cut/marked.ts';
import { NEEDED_PROGRAMS } from '../../network/interfaces.ts';
import { parseStat } from '../../proc/pid/stat.ts';
import { processIds } from '../../process/subject.ts';
import type { DoctorFacts, Guard, LeftStandIn } from '../../why/doctor/doctor-facts.ts';

/**
 * What cuts have left on this host. Throws a DbgError where dbg cannot look. nft is not asked where
 * the kernel would first have to load nftables: then there are no tables, and a look would leave
 * the module loaded.
 */
export async function cutsLeft({ host }: Context, kernel: Kernel, tools: DoctorFacts['tools']): Promise<Remains> {
  if (!host.isRoot) throw new DbgError('only root may look into the network namespaces of others');
  for (const program of NEEDED_PROGRAMS) requireProgram(host, program);
  // A program that hangs would keep dbg from ending.
  const silent = [...NEEDED_PROGRAMS, 'nft'].find((name) => tools.get(name)?.said?.trim() === '');
  if (silent !== undefined && host.find(silent).kind === 'found') throw new DbgError(`${silent} does not answer`);
  const isLoaded = supportOf(kernel, { option: 'CONFIG_NF_TABLES', module: 'nf_tables' }) !== 'loadable';
  if (isLoaded) return findRemains(host);
  return findRemains({ ...host, output: async (argv) => (argv.includes('nft') ? '' : host.output(argv)) });
}

/**
 * The names by which dbg starts the shells that stand beside its tools: the word after the script.
 */
const KINDS: Readonly<Record<string, Guard['kind']>> = {
  'dbg-guard': 'tool guard',
  'dbg-cut': 'cut guard',
  'dbg-sweep': 'sweeper',
};

interface RunningGuard extends Guard {
  /** the words after its name */
  readonly words: readonly string[];
}

/** A script and its words are some kB. */
const MOST_BYTES = 1 << 16;

/** Every process that has the words of one of dbg's guards, a container's own ones too. */
function runningGuards({ host }: Context): RunningGuard[] {
  return processIds(host).flatMap((pid) => {
    const [, option, , name = '', ...words] = (host.read(`/proc/${pid}/cmdline`, MOST_BYTES) ?? '').split('\0');
    if (option !== '-c' || !Object.hasOwn(KINDS, name)) return [];
    const isStopped = parseStat(host.read(`/proc/${pid}/stat`))?.state === 'T';
    return [{ pid, kind: KINDS[name]!, isStopped, words: words.slice(0, -1) }];
  });
}

/**
 * The processes of dbg's own that guard tools and cuts. A container can give a process of its own
 * any words: such a process is in another pid namespace, and left out.
 */
export function guards(ctx: Context): Guard[] {
  const own = ctx.host.link('/proc/self/ns/pid');
  return runningGuards(ctx)
    .filter(({ pid }) => ctx.host.link(`/proc/${pid}/ns/pid`) === own)
    .map(({ pid, kind, isStopped }) => ({ pid, kind, isStopped }));
}

/**
 * The sockets and docker contexts of `dbg api` whose sweeper has gone. While dbg lives, a sweeper
 * (sweep.sh) has their names among its words. Nobody connects to the sockets to find out: a dbg
 * that lives would take that for a client.
 */
export function leftStandIns(ctx: Context): LeftStandIn[] {
  const words = new Set(runningGuards(ctx).flatMap((each) => each.words));
  const folders = soughtIn(ctx)
    .flatMap((folder) =>
      ctx.host
        .entries(folder)
        .filter((name) => /^dbg-api-\w{6}$/.test(name))
        .map((name) => `${folder}/${name}`),
    )
    // A person does not see what is in another one's folder.
    .filter((folder) => !words.has(folder) && ctx.host.exists(`${folder}/docker.sock`));
  const contexts = madeContexts(ctx).filter(({ description }) => !words.has(description));
  return [
    ...folders.map((name) => ({ kind: 'socket', name }) as const),
    ...contexts.map(({ name }) => ({ kind: 'context', name }) as const),
  ];
}

/** Where stand-in.ts makes the folder of a socket, for the person who runs dbg and for others. */
function soughtIn({ env, host }: Context): string[] {
  const runtime = env['XDG_RUNTIME_DIR'];
  const users = host.entries('/run/user').map((uid) => `/run/user/${uid}`);
  return [...new Set([...(runtime?.startsWith('/') ? [runtime] : []), ...users, tmpdir()])];
}

/** docker contexts that `dbg api --context` has made, by their description (stand-in.ts). */
function madeContexts({ env, host }: Context): { readonly name: string; readonly description: string }[] {
  const folder = `${configFolder(env)}/contexts/meta`;
  return host.entries(folder).flatMap((entry) => {
    const { Name: name, Metadata: about } = parsed(host.read(`${folder}/${entry}/meta.json`));
    const description = about?.Description;
    if (typeof name !== 'string' || typeof description !== 'string') return [];
    return description.startsWith('made by dbg api (') ? [{ name, description }] : [];
  });
}

interface ContextFile {
  readonly Name?: unknown;
  readonly Metadata?: { readonly Description?: unknown } | null;
}

function parsed(text = 'null'): ContextFile {
  try {
    return (JSON.parse(text) ?? {}) as ContextFile;
  } catch {
    return {};
  }
}
