import { type Kernel, type KernelPart, supportOf } from '../../host/kernel.ts';
import { shellQuote } from '../../text.ts';
import type { Finding } from '../finding.ts';
import { part } from './doctor-part.ts';

export const KERNEL = 'kernel';
export const ANOTHER_KERNEL = { what: 'another kernel is needed; this one is', command: 'uname -r' };

interface Wish extends KernelPart {
  readonly name: string;
  readonly what: string;
  readonly neededBy: string;
}

/** A part that a kernel has in it, as a module, or not at all. */
export const modular = ({ name, what, neededBy, ...its }: Wish) =>
  part({
    id: `kernel.${name}`,
    layer: KERNEL,
    about: `The kernel has ${what} (${its.option}).`,
    neededBy,
    needs: ['kernel'],
    seen: ({ kernel }) => SEEN[supportOf(kernel, its)],
    find: ({ kernel }) => lacking(kernel, its, what, neededBy),
  });

/** How a person reads what `supportOf` says. */
export const SEEN = {
  'built in': 'built in',
  loaded: 'a module, and loaded',
  loadable: 'a module, loaded when it is asked for',
  locked: 'a module, and none may be loaded any more',
  'not installed': 'a module that is not on this host',
  absent: 'not in this kernel',
  unknown: 'no file tells',
} as const;

/** What the kernel's configuration says of an option, with the command that shows it. */
export function evidenceOf({ config, configPath, release }: Kernel, option: string): Finding['evidence'][number] {
  if (configPath === undefined) return { seen: `Linux ${release}`, command: 'uname -r' };
  const value = config?.get(option);
  const command = `${configPath.endsWith('.gz') ? 'zgrep' : 'grep'} -w ${option} ${shellQuote(configPath)}`;
  return { seen: value === undefined ? `${option} is not set` : `${option}=${value}`, command };
}

/** The finding for a part that dbg cannot use at present; none where it can. */
export function lacking(kernel: Kernel, its: KernelPart, what: string, neededBy: string): Finding[] {
  const support = supportOf(kernel, its);
  const note = (sentence: string, next: Finding['next'][number]): Finding[] => [
    { severity: 'note', sentence, evidence: [evidenceOf(kernel, its.option)], next: [next] },
  ];
  switch (support) {
    case 'absent':
      return note(`this kernel has no ${its.module}, ${what}, for ${neededBy}`, ANOTHER_KERNEL);
    case 'locked':
      return note(`${its.module}, for ${neededBy}, is not loaded, and no module may be loaded until the next boot`, {
        what: 'see it',
        command: 'sysctl kernel.modules_disabled',
      });
    case 'not installed':
      return note(
        `this kernel has ${its.module}, for ${neededBy}, as a module that is not on this host`,
        kernel.loadable === undefined
          ? {
              what: 'the modules of the running kernel are gone, as after an upgrade; start the new one',
              command: 'sudo reboot',
            }
          : { what: 'install it', command: `sudo ${morePackage(kernel.release)}` },
      );
    case 'unknown':
      return note(`dbg cannot tell whether this kernel has ${its.module}, for ${neededBy}`, {
        what: 'what modprobe would do',
        command: `modprobe --dry-run --verbose ${its.module}`,
      });
    default:
      return [];
  }
}

/**
 * Distributions put modules that few people need into a package of their own. Fedora's and Red
 * Hat's kernels have ".fc" or ".el" in their release.
 */
const morePackage = (release: string) =>
  /\.(fc|el)\d/.test(release)
    ? `dnf install kernel-modules-extra-${shellQuote(release)}`
    : `apt install linux-modules-extra-${shellQuote(release)}`;
