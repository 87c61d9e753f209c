import { lstatSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import { addressText } from '../../engine/address.ts';
import type { ContainerSummary } from '../../engine/container.ts';
import { DbgError, errorCode } from '../../errors.ts';

/**
 * A Tab waits for another host at most so long, in ms: with dbg's own start, a person has an answer
 * in 300.
 */
const MOST_WAIT_MS = 200;
/** In ms: a second Tab right behind the first one does not ask again. */
const FRESH_MS = 2_000;
/** In ms: names that are older help nobody. */
const STALE_MS = 24 * 3_600_000;
/** In ms: how long the engine may take, and after how long one who asks is thought to be dead. */
const [ASK_MS, ASKING_MS] = [10_000, 15_000];
const LOOK_MS = 10;
/** In bytes: the containers of a large host, of which each takes some 300. */
const MOST_BYTES = 4 << 20;

/**
 * The containers of the engine, for a person who waits at a Tab. An engine by ssh takes longer to
 * answer than a person waits, so a dbg that nobody waits for asks it, and keeps what it says in a
 * file of the person's (~/.cache/dbg). Gives what is in that file when it is new, or when the wait
 * is over. Throws where nothing is known.
 * @param engineWords the words that name the engine, as they were typed
 */
export async function containersSoon(
  ctx: Context,
  engineWords: readonly string[],
): Promise<readonly ContainerSummary[]> {
  const path = await pathFor(ctx);
  if (path === undefined) return (await ctx.engine()).list();
  const before = remembered(ctx, path);
  const age = before === undefined ? Infinity : ctx.now() - before.at;
  if (before && age >= 0 && age < FRESH_MS) return before.containers;
  // ssh may ask on the terminal or in a window, and nobody would know why.
  const silent = ['env', '-u', 'DISPLAY', '-u', 'WAYLAND_DISPLAY', 'SSH_ASKPASS_REQUIRE=never'];
  const asker = [...ctx.self, ...ctx.engineWords, ...engineWords, '__complete', '--remember'];
  if (mayAsk(ctx, path)) ctx.host.leave([...silent, ...asker]);
  for (const end = ctx.clock() + MOST_WAIT_MS; ctx.clock() < end;) {
    await wait(LOOK_MS);
    if (changedAt(path) === before?.changed) continue;
    const now = remembered(ctx, path);
    if (now) return now.containers;
  }
  if (before && age < STALE_MS) return before.containers;
  throw new DbgError('the engine has not answered yet');
}

/** Asks the engine, and keeps what it says for `containersSoon`. */
export async function rememberContainers(ctx: Context): Promise<void> {
  const path = await pathFor(ctx);
  if (path === undefined) return;
  const partial = `${path}.new`;
  try {
    const containers = (await (await ctx.engine()).within(ASK_MS).list()).map(kept);
    writeFileSync(partial, JSON.stringify({ at: ctx.now(), containers }), { mode: 0o600 });
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
    rmSync(asking(path), { force: true });
  }
}

const NAMING = /^com\.docker\.(compose|swarm|stack)\./;

/** Of the labels, only those that give a container a name: another one may hold a secret. */
function kept(container: ContainerSummary): ContainerSummary {
  const naming = Object.entries(container.labels).filter(([name]) => NAMING.test(name));
  return { ...container, labels: Object.fromEntries(naming) };
}

/**
 * Where the containers are kept; undefined when the engine answers before a person notices, and
 * when they cannot be kept. Root keeps nothing in a folder of somebody else, as with `su -m`.
 */
async function pathFor(ctx: Context): Promise<string | undefined> {
  const { address, client } = await ctx.choice();
  if (address.kind !== 'ssh') return undefined;
  const cache = ctx.env['XDG_CACHE_HOME'] || join(ctx.env['HOME'] || homedir(), '.cache');
  const name = `containers-${client}-${encodeURIComponent(addressText(address))}`;
  const path = join(cache, 'dbg', `${name}.json`);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const folder = lstatSync(dirname(path));
    // A name of a file has at most 255 bytes (NAME_MAX).
    return name.length < 200 && folder.isDirectory() && folder.uid === statSync('/proc/self').uid ? path : undefined;
  } catch {
    return undefined;
  }
}

const asking = (path: string) => `${path}.asking`;

/** Whether nobody else asks already. From then on this one does. */
function mayAsk(ctx: Context, path: string): boolean {
  const since = changedAt(asking(path));
  if (since !== undefined && ctx.now() - since > ASKING_MS) rmSync(asking(path), { force: true });
  try {
    writeFileSync(asking(path), '', { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    // Somebody asks; or the disk is full, and then an answer cannot be kept either.
    return errorCode(error) !== 'EEXIST' && errorCode(error) !== 'ENOSPC';
  }
}

const changedAt = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

interface Kept {
  /** ms since the epoch: when the engine answered */
  readonly at: number;
  readonly containers: readonly ContainerSummary[];
  /** the time of the file's last change */
  readonly changed: number | undefined;
}

function remembered({ host }: Context, path: string): Kept | undefined {
  const changed = changedAt(path);
  try {
    return { ...JSON.parse(host.read(path, MOST_BYTES) ?? ''), changed };
  } catch {
    return undefined;
  }
}
