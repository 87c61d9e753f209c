import { shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
import type { ContainerFacts } from '../facts.ts';
import { lastEnding, wasAskedFor } from './ending.ts';
import type { EntryStep } from './entry-point.ts';
import { cannotRun, needs, stepsThatFailed } from './refused.ts';
import { cut } from './life-words.ts';

const check = checkOf<ContainerFacts>();
const layer = 'life';

/** Each needed file with the file that needs it. */
const pairs = (steps: readonly EntryStep[]) =>
  steps.slice(1).flatMap((needed, at) => {
    const { path, file } = steps[at]!;
    return file ? [{ path, executable: file.executable, needed }] : [];
  });

export const NEEDED_CHECKS = [
  check({
    id: 'life.interpreter-missing',
    layer,
    about: 'What the first line of its script (#!) names is not in its image, or the line ends as on Windows.',
    needs,
    find: (facts) => {
      const steps = stepsThatFailed(facts);
      const { name } = facts.container;
      const first = steps[0]?.file?.executable;
      if (first?.kind === 'script' && first.hasCarriageReturn && first.words.length === 1) {
        const { path } = steps[0]!;
        const sentence = `"${name}" cannot run ${path}: its first line ends with a carriage return (CRLF), so the kernel looks for "${first.words[0]}\\r"`;
        const next = [
          { what: 'fix its line ends', command: `sed -i 's/\\r$//' ${shellQuote(path.split('/').at(-1)!)}` },
        ];
        return [cannotRun(facts, sentence, `#!${first.words[0]}\\r`, next)];
      }
      const missing = pairs(steps).find(({ executable, needed }) => executable.kind === 'script' && !needed.file);
      if (missing?.executable.kind !== 'script') return [];
      const { path, needed, executable } = missing;
      const sentence = `"${name}" cannot run ${path}: its first line asks for ${needed.path}, which the image does not have`;
      return [cannotRun(facts, sentence, `#!${executable.words.join(' ')}`)];
    },
  }),
  check({
    id: 'life.loader-missing',
    layer,
    about: 'The loader that its program names (ELF) is not in its image: it is built for another libc.',
    needs,
    find: (facts) => {
      const missing = pairs(stepsThatFailed(facts)).find(
        ({ executable, needed }) => executable.kind === 'program' && !needed.file,
      );
      if (!missing) return [];
      const { path, needed } = missing;
      const libc = needed.path.includes('ld-musl')
        ? 'musl'
        : needed.path.includes('ld-linux')
          ? 'glibc'
          : 'another libc';
      const sentence = `"${facts.container.name}" cannot run ${path}: it is built for ${libc}, and the image has no ${needed.path}`;
      const next = [{ what: 'build it for the libc of the image, or', command: 'CGO_ENABLED=0 go build …' }];
      return [cannotRun(facts, sentence, `${path} asks for ${needed.path}`, needed.path.includes('/') ? next : [])];
    },
  }),
  check({
    id: 'life.library-missing',
    layer,
    about: 'A library that its program needs is not in its image, as the loader says.',
    needs: ['container', 'history', 'lastWords'],
    find: ({ container, history, lastWords }) => {
      const ending = lastEnding(container, history);
      if (ending?.exitCode !== 127 || wasAskedFor(ending)) return [];
      // The words of glibc's loader, then those of musl's.
      const pattern = /error while loading shared libraries: ([^\s:]+)|Error loading shared library ([^\s:]+)/;
      for (const line of lastWords.lines) {
        const [, glibc, musl] = pattern.exec(line) ?? [];
        const library = glibc ?? musl;
        if (library === undefined) continue;
        return [
          {
            severity: 'broken',
            sentence: `"${container.name}" cannot load ${library}, which the image does not have`,
            evidence: [{ seen: cut(line), command: `docker logs --tail 5 ${shellQuote(container.name)}` }],
            next: [],
          },
        ];
      }
      return [];
    },
  }),
] as const;
