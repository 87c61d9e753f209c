import { version } from '../../../package.json';
import { filterOf } from '../../capture/getopt.ts';
import type { Files } from '../../capture/recorders/capture-file.ts';
import { pcapRecorder } from '../../capture/recorders/pcap-recorder.ts';
import { sectionHeader } from '../../capture/formats/pcapng.ts';
import { pcapngRecorder, type PcapngRecorder, type PcapngWish } from '../../capture/recorders/pcapng-recorder.ts';
import type { Recorder } from '../../capture/recorders/recorder.ts';
import { textRecorder } from '../../capture/recorders/text-recorder.ts';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { escapeControls, shellLine } from '../../text.ts';
import { createFile } from '../../cli/new-file.ts';
import { personAsked } from '../../host/who-asked.ts';
import type { ContainerPoint } from '../../jobs/capture/container-points.ts';
import type { CaptureWish } from '../../jobs/capture/capture-wish.ts';

/**
 * A recorder that prints tcpdump's lines on stdout, with their place in front when there are
 * several.
 */
export function linesOf(ctx: Context, wish: CaptureWish, places: readonly ContainerPoint[]): Recorder {
  const isOne = places.length === 1;
  const labels = places.map(({ label }) => escapeControls(label));
  const width = Math.max(...labels.map(({ length }) => length));
  return textRecorder(
    (text) => ctx.stdout.write(text),
    isOne ? undefined : wish.count,
    (place) => (isOne ? '' : `${escapeControls((place as ContainerPoint).label).padEnd(width)} | `),
    ctx.stdout.waiting,
  );
}

/** A recorder that writes the file or files that the person asked for, or stdout for "-". */
export function fileOf(ctx: Context, wish: CaptureWish, path: string): Promise<Recorder> {
  if (wish.isPcapng) return pcapngOf(ctx, wish, path);
  return pcapRecorder(filesOf(ctx), { path, maxSize: wish.maxSize, ring: wish.ring });
}

/** A recorder that writes pcapng. `sort` may assign packets to interfaces later. */
export async function pcapngOf(
  ctx: Context,
  { maxSize, ring, count, items }: CaptureWish,
  path: string,
  sort?: NonNullable<PcapngWish['sort']>,
): Promise<PcapngRecorder> {
  const about = { application: `dbg ${version}`, comment: shellLine(['dbg', ...ctx.args]) };
  const names = await containerNames(await ctx.engine());
  const file = { path, maxSize, ring, count, section: sectionHeader(about), names, filter: filterOf(items) };
  return pcapngRecorder(filesOf(ctx), sort ? { ...file, sort } : file);
}

/** The names of containers by address, as the engine has them. */
async function containerNames(engine: Engine): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>();
  for (const { name, addresses } of await engine.list()) {
    for (const address of addresses.map((each) => each.split('/')[0]!)) {
      names.set(address, [...(names.get(address) ?? []), name]);
    }
  }
  return names;
}

function filesOf(ctx: Context): Files {
  const person = personAsked(ctx);
  return {
    create: (path) => (path === '-' ? ctx.stdout.asFile() : createFile(ctx, path, { person })),
    remove: (path) => ctx.host.remove(path, person),
    now: ctx.now,
  };
}
