import { posix } from 'node:path';
import type { Container } from '../../engine/container.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Inspection } from '../../engine/inspection.ts';
import { executableOf } from '../../why/container/life/executable.ts';
import { type EntryPoint, type EntryStep, neededBy } from '../../why/container/life/entry-point.ts';

/** What docker gives a container without PATH (moby, system.DefaultPathEnvUnix). */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The kernel follows no more interpreters than 4 (fs/exec.c), and no PATH in use is longer. */
const MOST = { steps: 5, folders: 16 };

/**
 * What the kernel needs to run a container's program. The engine tells it from the files of a
 * container that does not run, on any storage driver.
 */
export async function entryPointOf(
  engine: Engine,
  container: Container,
  { path }: Pick<Inspection, 'path'>,
): Promise<EntryPoint> {
  const [architectures, steps] = await Promise.all([
    engine.architectures(container.imageId),
    stepsFrom(engine, container, path),
  ]);
  return { ...architectures, steps };
}

async function stepsFrom(engine: Engine, container: Container, program: string): Promise<EntryStep[]> {
  const steps: EntryStep[] = [];
  for (let next: string | undefined = program; next !== undefined && steps.length < MOST.steps;) {
    const step = await find(engine, container, next);
    steps.push(step);
    next = step.file?.kind === 'file' ? neededBy(step.file) : undefined;
  }
  return steps;
}

/**
 * As execvp(3) does: a name with a slash is a path, another one is looked for in the folders of
 * PATH.
 */
async function find(engine: Engine, container: Container, program: string): Promise<EntryStep> {
  if (program.includes('/')) return look(engine, container, posix.resolve(container.workingDir, program));
  const inPath = container.env.findLast((each) => each.startsWith('PATH='))?.slice('PATH='.length) ?? DEFAULT_PATH;
  let found: EntryStep = { path: program, file: undefined };
  for (const folder of inPath.split(':').slice(0, MOST.folders)) {
    const step = await look(engine, container, posix.resolve(container.workingDir, folder, program));
    if (step.file?.kind === 'file' && (step.file.mode & 0o111) > 0) return step;
    if (step.file && !found.file) found = step;
  }
  return found;
}

async function look(engine: Engine, container: Container, path: string): Promise<EntryStep> {
  const named = await engine.file(container, path);
  // The engine has followed all links already: where it leads is no link.
  const file = named?.kind === 'link' ? await engine.file(container, named.target) : named;
  if (file === undefined) return { path, file: undefined };
  const kind = file.kind === 'file' ? 'file' : 'other';
  return { path, file: { kind, mode: file.mode, executable: executableOf(file.beginning) } };
}
