import { posix } from 'node:path';
import type { Container } from '../../engine/container.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Inspection } from '../../engine/inspection.ts';
import { executableOf } from '../../why/container/life/executable.ts';
import { type EntryPoint, type EntryStep, neededBy } from '../../why/container/life/entry-point.ts';

/** the PATH that docker gives a container that has none (moby, system.DefaultPathEnvUnix) */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The kernel follows at most 4 interpreters (fs/exec.c), so a program has at most 5 steps. No PATH
 * in use has more folders than 16.
 */
const MOST = { steps: 5, folders: 16 };

/**
 * What the kernel needs to run a container's program. The engine reads the files of a container
 * that does not run, on any storage driver.
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
 * Finds a program as execvp(3) does: a name with a slash is a path; any other name is searched for
 * in the folders of PATH.
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
  // The engine has followed all links already, so the target of this link is no link.
  const file = named?.kind === 'link' ? await engine.file(container, named.target) : named;
  if (file === undefined) return { path, file: undefined };
  const kind = file.kind === 'file' ? 'file' : 'other';
  return { path, file: { kind, mode: file.mode, executable: executableOf(file.beginning) } };
}
