import { checkOf } from '../check.ts';
import type { Finding } from '../finding.ts';
import { shellQuote } from '../../text.ts';
import type { ContainerFacts } from './facts.ts';
import { counted, firstOf } from './words.ts';

const check = checkOf<ContainerFacts>();

/** What the mounts of the container do to the files of its image. */
export const MOUNT_CHECKS = [
  check({
    id: 'drift.files-hidden',
    layer: 'drift',
    about: 'A bind or a volume hides files of its image, and does not have them itself.',
    needs: ['container', 'hiddenFiles'],
    find: ({ container: { name }, hiddenFiles }) =>
      hiddenFiles.map(({ type, source, destination, names, isEmpty, hostPath }): Finding => {
        const what = `${counted(names.length, 'name')} that its image has there: ${firstOf(names)}`;
        const which = type === 'bind' ? source : `the ${type}`;
        return {
          // The engine makes an empty folder where a bind's source is mistyped (docker run -v).
          severity: isEmpty ? 'suspect' : 'note',
          sentence: isEmpty
            ? `nothing is in "${destination}" of "${name}": ${which} is empty, and hides ${what}`
            : `"${destination}" of "${name}" is ${which}, which hides ${what}`,
          evidence: [
            { seen: `in the image: ${firstOf(names)}`, command: `ls -A ${shellQuote(hostPath)}` },
            { seen: isEmpty ? 'in the mount: nothing' : 'not in the mount', command: `ls -A ${shellQuote(source)}` },
          ],
          next: isEmpty
            ? [{ what: 'is that the folder that was meant?', command: `ls -ld ${shellQuote(source)}` }]
            : [],
        };
      }),
  }),
] as const;
