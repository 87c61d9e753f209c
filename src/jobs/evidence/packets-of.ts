import { version } from '../../../package.json';
import type { Files } from '../../capture/recorders/capture-file.ts';
import { sectionHeader } from '../../capture/formats/pcapng.ts';
import { pcapngRecorder } from '../../capture/recorders/pcapng-recorder.ts';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { isPaused } from '../../enter/paused.ts';
import { enterable } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { subjectOf } from '../../process/subject.ts';
import { pointsOf } from '../capture/container-points.ts';
import { runCapture } from '../capture/run-capture.ts';

/** The most bytes of packets that are kept: they are in memory until the bundle is written. */
const MOST_BYTES = 64 << 20;

/**
 * Captures what goes over all interfaces of a container for some time, and gives it as pcapng. No
 * file is written. Throws a DbgError when the container does not run, or tcpdump is missing.
 */
export async function packetsOf(
  ctx: Context,
  container: Container,
  captureMs: number,
  tell: (line: string) => void,
): Promise<Buffer> {
  const target = enterable(ctx.host, container, ctx.now());
  if (isPaused(ctx.host, subjectOf(ctx.host, target))) throw new DbgError('the container is paused, and sends nothing');
  for (const program of ['nsenter', 'tcpdump']) requireProgram(ctx.host, program);
  // A capture names the labels of its container, and a label may hold a secret.
  const unlabelled = { ...target, container: { ...target.container, labels: {} } };
  const points = await pointsOf(ctx, unlabelled, [], {}, true);
  const { files, bytes } = inMemory(ctx.now);
  const section = sectionHeader({ application: `dbg ${version}`, comment: 'captured for dbg bundle' });
  const recorder = await pcapngRecorder(files, {
    path: 'capture.pcapng',
    maxSize: MOST_BYTES,
    ring: undefined,
    count: undefined,
    section,
    names: new Map(),
    filter: '',
  });
  tell(`capturing for ${captureMs / 1000} s`);
  const wish = {
    refs: [],
    items: [],
    path: undefined,
    isPcapng: true,
    forMs: captureMs,
    maxSize: MOST_BYTES,
    ring: undefined,
    stopOn: [],
    afterMs: 0,
    minFree: undefined,
    count: undefined,
  };
  await runCapture(ctx, wish, points, recorder, { isOne: false }, { tell });
  return bytes();
}

/** Files that a recorder fills, kept in memory as one. */
function inMemory(now: () => number): { readonly files: Files; readonly bytes: () => Buffer } {
  let all: Buffer[] = [];
  const create = async () => ({
    write: async (parts: readonly Buffer[]) => {
      // The recorder may use its buffers again.
      all.push(...parts.map((part) => Buffer.from(part)));
      return { written: parts.reduce((sum, { length }) => sum + length, 0), error: undefined };
    },
    truncate: async (length: number) => {
      all = [Buffer.concat(all).subarray(0, length)];
    },
    close: async () => undefined,
  });
  return { files: { create, remove: () => undefined, now }, bytes: () => Buffer.concat(all) };
}
