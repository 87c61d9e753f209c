import type { Container } from '../../engine/container.ts';
import type { Engine } from '../../engine/engine.ts';
import type { NameAnswer } from '../../evidence/items/dns-items.ts';
import type { Host } from '../../host/host.ts';
import { askArgv, parseReplies, type Reply } from '../../network/reach/ask.ts';
import { type AddressType, dnsQuestion, parseDnsAnswer } from '../../network/reach/dns-message.ts';

/** How long a nameserver has. */
const SECONDS = 1.2;
/** The most containers whose names are asked for. */
const MOST_CONTAINERS = 24;

/** The networks on which containers have no names: those that every engine has. */
const WITHOUT_NAMES: ReadonlySet<string> = new Set(['bridge', 'host', 'none', 'podman']);

/**
 * The names that a container's neighbours have on its networks, its own among them. Two replicas on
 * one network are asked for the same names, so that their answers can be compared.
 */
export async function neighbourNames(engine: Engine, { networks }: Container): Promise<string[]> {
  const named = networks.map(({ network }) => network).filter((network) => !WITHOUT_NAMES.has(network));
  if (named.length === 0) return [];
  const near = (await engine.list()).filter(
    (each) => each.state === 'running' && each.networks.some((network) => named.includes(network)),
  );
  const sorted = near.toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, MOST_CONTAINERS);
  const found = await Promise.all(sorted.map(({ id }) => engine.inspect(id)));
  const names = found.flatMap((each) => {
    const on = each?.networks.filter(({ network }) => named.includes(network)) ?? [];
    // Engines before 26 list the short id among the aliases.
    return each
      ? [each.name, ...on.flatMap(({ aliases = [] }) => aliases).filter((alias) => !each.id.startsWith(alias))]
      : [];
  });
  return [...new Set(names)].toSorted();
}

/**
 * Asks each nameserver for the addresses of each name, all at once, in the network namespace that
 * `inThere` puts an argv into.
 */
export async function askForNames(
  host: Pick<Host, 'output'>,
  inThere: (argv: readonly string[]) => string[],
  servers: readonly string[],
  names: readonly string[],
): Promise<NameAnswer[]> {
  const asked = servers.flatMap((server) =>
    names.flatMap((name) =>
      (['A', 'AAAA'] as const).flatMap((type) => {
        const payload = dnsQuestion(name, type);
        return payload ? [{ server, name, type, payload }] : [];
      }),
    ),
  );
  if (asked.length === 0) return [];
  const questions = asked.map(({ server, payload }) => ({
    protocol: 'udp' as const,
    address: server.replace(/%.*/, ''),
    port: 53,
    payload,
  }));
  const replies = parseReplies(await host.output(inThere(askArgv(SECONDS, questions))), questions.length);
  return asked.map(({ server, name, type }, at) => ({ server, name, type, said: sayingOf(replies[at], type) }));
}

/** The codes of RFC 1035 that nameservers give. */
const CODES: Readonly<Record<number, string>> = { 2: 'the nameserver failed', 3: 'no such name', 5: 'refused' };

function sayingOf(reply: Reply | undefined, type: AddressType): string {
  const answer = reply && parseDnsAnswer(reply.answer);
  if (answer === undefined) return 'no answer';
  if (answer.code !== 0) return CODES[answer.code] ?? `code ${answer.code}`;
  return answer.addresses.toSorted().join(' ') || `no ${type} address`;
}
