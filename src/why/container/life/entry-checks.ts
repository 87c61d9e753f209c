import { shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
import type { ContainerFacts } from '../facts.ts';
import { cannotRun, EXEC_FAILED, needs, stepsThatFailed } from './refused.ts';
import { errorOf, NOT_EXECUTABLE, NOT_FOUND } from './start-checks.ts';

const check = checkOf<ContainerFacts>();
const layer = 'life';

const FORMAT = /exec format error/;

/** The processors that also run programs of an older one. */
const RUNS_TOO: Readonly<Record<string, readonly string[]>> = { amd64: ['386'], arm64: ['arm'] };

const mode = (bits: number) => bits.toString(8).padStart(4, '0');

export const ENTRY_CHECKS = [
  check({
    id: 'life.entry-missing',
    layer,
    about: 'The program that it is to run is not in its image.',
    needs,
    find: (facts) => {
      const [first] = stepsThatFailed(facts);
      const isMissing = first !== undefined && first.file === undefined;
      const told = NOT_FOUND.exec(errorOf(facts))?.[1];
      if (told === undefined && !isMissing) return [];
      const path = told ?? first!.path;
      const where = path.includes('/') ? 'in its files' : 'in a folder of its PATH';
      const sentence = `"${facts.container.name}" has no program ${path} ${where}`;
      return [cannotRun(facts, sentence, `it is to run ${path}`)];
    },
  }),
  check({
    id: 'life.entry-not-executable',
    layer,
    about: 'The program that it is to run is a folder, or may not be executed.',
    needs,
    find: (facts) => {
      const [first] = stepsThatFailed(facts);
      const told = NOT_EXECUTABLE.exec(errorOf(facts))?.[1];
      const { file } = first ?? {};
      if (told === undefined && (!file || (file.kind === 'file' && (file.mode & 0o111) > 0))) return [];
      const path = first?.path ?? told ?? '';
      const because = !file
        ? 'may not be executed'
        : file.kind === 'other'
          ? 'is no file'
          : (file.mode & 0o111) > 0
            ? `may not be executed by its user (mode ${mode(file.mode)})`
            : `is not executable (mode ${mode(file.mode)})`;
      const next =
        file?.kind === 'file' ? [{ what: 'in its Dockerfile', command: `RUN chmod +x ${shellQuote(path)}` }] : [];
      const sentence = `"${facts.container.name}" is to run ${path}, which ${because}`;
      return [cannotRun(facts, sentence, `it is to run ${path}`, next)];
    },
  }),
  check({
    id: 'life.exec-format',
    layer,
    about: 'Its program is for another processor (both are named), or is nothing that a kernel can run.',
    needs,
    find: (facts) => {
      const { container, entry, lastWords } = facts;
      const steps = stepsThatFailed(facts);
      const { engine = '', image = '' } = entry ?? {};
      const runs = [engine, ...(RUNS_TOO[engine] ?? [])];
      const isTold = lastWords.lines.some((line) => EXEC_FAILED.test(line) && FORMAT.test(line));
      for (const { path, file } of steps) {
        if (file?.kind !== 'file') continue;
        const { executable } = file;
        if (executable.kind === 'program' && engine !== '' && !runs.includes(executable.machine)) {
          const sentence = `"${container.name}" cannot run here: ${path} is a program for ${executable.machine}, and this host is ${engine}`;
          const pull = `docker pull --platform linux/${engine} ${shellQuote(container.image)}`;
          const seen = `${path}: ${executable.machine}; image: ${image || 'gone'}; host: ${engine}`;
          return [cannotRun(facts, sentence, seen, [{ what: 'get the image for this host', command: pull }])];
        }
        if (executable.kind === 'neither' && (isTold || FORMAT.test(errorOf(facts)))) {
          const what = executable.isEmpty ? 'is empty' : 'is neither a program nor begins with #!';
          const sentence = `"${container.name}" cannot run ${path}: it ${what} (exec format error)`;
          const next = [{ what: 'if it is a script, its first line is to be', command: '#!/bin/sh' }];
          return [cannotRun(facts, sentence, `${path} ${what}`, next)];
        }
      }
      if (!isTold || steps.length === 0) return [];
      const sentence = `"${container.name}" cannot run ${steps[0]!.path}: exec format error (image: ${image}, host: ${engine})`;
      return [cannotRun(facts, sentence, `image: ${image}; host: ${engine}`)];
    },
  }),
] as const;
