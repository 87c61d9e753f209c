import { checkOf } from '../check.ts';
import type { Finding } from '../finding.ts';
import { CAP_DAC_OVERRIDE, capabilityName } from '../../proc/capability-names.ts';
import { duration, shellQuote } from '../../text.ts';
import type { ContainerFacts, RefusedCall } from './facts.ts';
import { counted } from './words.ts';

const check = checkOf<ContainerFacts>();

/** How many refused calls get a finding of their own. */
const MOST = 5;

/** What the kernel refused the container while its calls were traced. */
export const REFUSAL_CHECKS = [
  check({
    id: 'rights.refused',
    layer: 'rights',
    about: 'The kernel refused it a call (EPERM, EACCES), and which capability that needs; only with --trace.',
    needs: ['container', 'refused'],
    find: ({ container: { name }, refused = [] }) =>
      refused.slice(0, MOST).map((refusal): Finding => {
        const { call, error, times, forMs, capability, isHeld } = refusal;
        const canBeGiven = capability !== undefined && capability !== CAP_DAC_OVERRIDE && !isHeld;
        const option = `docker run --cap-add ${capability === undefined ? '' : capabilityName(capability)} …`;
        return {
          // Some programs try what they may not, and go on without.
          severity: 'suspect',
          sentence: `"${name}" was refused ${call} with ${error}, ${counted(times, 'time')} in ${duration(forMs)}: ${needText(refusal)}`,
          evidence: [{ seen: `${call} = -1 ${error}`, command: `dbg strace --all ${shellQuote(name)} -Z` }],
          next: canBeGiven ? [{ what: 'if it is to do that: at its next start', command: option }] : [],
        };
      }),
  }),
] as const;

function needText({ capability, isHeld }: RefusedCall): string {
  if (capability === undefined) return 'no capability is known that allows it; a seccomp filter refuses such calls';
  const name = `CAP_${capabilityName(capability)}`;
  if (isHeld)
    return `it has ${name}, so a seccomp filter, AppArmor or SELinux refuses it, or it is another namespace's`;
  return capability === CAP_DAC_OVERRIDE
    ? `the permissions there do not allow it to its user, and it does not have ${name}`
    : `that needs ${name}, which it does not have`;
}
