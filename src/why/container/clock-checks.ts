import { checkOf } from '../check.ts';
import { comparableRule } from '../../proc/time-zone.ts';
import { shellQuote } from '../../text.ts';
import type { ContainerFacts } from './facts.ts';

const check = checkOf<ContainerFacts>();
const DRIFT = 'drift';

/** The file that TZ names. */
function zoneFile(zone: string): string {
  const name = zone.replace(/^:/, '');
  return name.startsWith('/') ? name : `/usr/share/zoneinfo/${name}`;
}

/** Whether the container tells the time as this host does. */
export const CLOCK_CHECKS = [
  check({
    id: 'drift.clock',
    layer: DRIFT,
    about: 'It is told another time than this host has (libfaketime).',
    needs: ['container', 'clock'],
    find: ({ container: { name }, clock: { faked } }) =>
      faked.length === 0
        ? []
        : [
            {
              severity: 'suspect',
              sentence: `"${name}" is told another time than this host has, by libfaketime: ${faked.at(-1)}`,
              evidence: faked.map((seen) => ({ seen, command: `dbg env ${shellQuote(name)}` })),
              next: [],
            },
          ],
  }),
  check({
    id: 'drift.zone-missing',
    layer: DRIFT,
    about: 'TZ names a time zone that its image does not have, and so it tells the time by UTC.',
    needs: ['container', 'clock'],
    find: ({ container: { name }, clock: { zone, rule } }) =>
      zone === undefined || rule !== undefined
        ? []
        : [
            {
              severity: 'suspect',
              sentence: `"${name}" has TZ=${zone}, but its image does not have that time zone: what asks the C library gets UTC`,
              evidence: [
                {
                  seen: `${zoneFile(zone)} is not there`,
                  command: `dbg cat ${shellQuote(name)} ${shellQuote(zoneFile(zone))}`,
                },
              ],
              next: [
                {
                  what: "give it the host's zones, at its next start",
                  command: 'docker run -v /usr/share/zoneinfo:/usr/share/zoneinfo:ro …',
                },
              ],
            },
          ],
  }),
  check({
    id: 'drift.zone',
    layer: DRIFT,
    about: 'Its time zone is another one than this host has: the times in its log differ from those of the host.',
    needs: ['container', 'clock'],
    find: ({ container: { name }, clock: { zone, rule, hostRule } }) =>
      rule === undefined || hostRule === undefined || comparableRule(rule) === comparableRule(hostRule)
        ? []
        : [
            {
              severity: 'note',
              sentence: `"${name}" tells the time by ${rule}, and this host by ${hostRule}: times in their logs differ`,
              evidence: [
                zone === undefined
                  ? { seen: rule, command: `dbg cat ${shellQuote(name)} /etc/localtime | tail -n 1` }
                  : { seen: `TZ=${zone}`, command: `dbg env ${shellQuote(name)}` },
                { seen: hostRule, command: 'tail -n 1 /etc/localtime' },
              ],
              next: [],
            },
          ],
  }),
] as const;
