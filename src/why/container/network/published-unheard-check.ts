import type { PublishedTo } from '../../../engine/inspection.ts';
import { shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
import type { Finding } from '../../finding.ts';
import type { ContainerFacts } from '../facts.ts';
import { firstOf } from '../words.ts';

const check = checkOf<ContainerFacts>();

/** Whether the ports that the container publishes lead to anybody. */
export const PUBLISHED_UNHEARD_CHECK = check({
  id: 'network.published-unheard',
  layer: 'network',
  about: 'It publishes a port on which nothing in it listens, or only on 127.0.0.1 or ::1.',
  needs: ['container', 'inspection', 'listeners'],
  find: ({ container: { name }, inspection: { published }, listeners }) => {
    const heardBy = ({ port, protocol }: PublishedTo) =>
      listeners.filter((each) => each.port === port && each.protocol === protocol);
    const unheard = published.filter((each) => heardBy(each).length === 0);
    const inside = published.filter((each) => heardBy(each).length > 0 && heardBy(each).every(isLoopback));
    return [
      ...told(name, unheard, 'nothing in it listens there'),
      ...told(name, inside, 'what listens there does so on 127.0.0.1 or ::1 alone, where only itself gets'),
    ];
  },
});

const isLoopback = (each: { readonly isLoopback: boolean }) => each.isLoopback;

function told(name: string, ports: readonly PublishedTo[], what: string): Finding[] {
  const [first] = ports;
  if (first === undefined) return [];
  const texts = [...new Set(ports.map(({ port, protocol }) => `${port}/${protocol}`))];
  const udp = first.protocol === 'udp' ? '/udp' : '';
  return [
    {
      // A port may be published for what is seldom used, or has not begun to listen yet.
      severity: 'suspect',
      sentence: `"${name}" publishes port ${firstOf(texts)}, as ${first.host} of the host, but ${what}`,
      evidence: [{ seen: what, command: `dbg exec ${shellQuote(name)} ss -ltunp` }],
      next: [{ what: 'why nothing answers there', command: `dbg why :${first.host}${udp}` }],
    },
  ];
}
