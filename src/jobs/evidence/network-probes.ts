import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { nsenter, plainEntry } from '../../enter/nsenter.ts';
import type { Target } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import type { Item } from '../../evidence/container-evidence.ts';
import { answerItems, resolverItems } from '../../evidence/items/dns-items.ts';
import { interfaceItems, listeningItems, networkItems, routeItems } from '../../evidence/items/network-items.ts';
import { sysctlItems } from '../../evidence/items/sysctl-items.ts';
import { containerNetwork } from '../../network/interfaces.ts';
import { linksInside } from '../../network/look-inside.ts';
import { LISTENING, parseListening } from '../../network/reach/listening.ts';
import LIST_SYSCTLS from '../../network/reach/list-sysctls.sh';
import { parseResolver } from '../../network/reach/resolver-files.ts';
import { routeLines } from '../../network/reach/route-lines.ts';
import { parseSysctls } from '../../proc/sysctl-lines.ts';
import { askForNames, neighbourNames } from './ask-names.ts';

/** The most bytes that are read of resolv.conf, and of hosts. A container may fill both. */
const ETC_LIMIT = 1 << 16;

/** The probes that look at a container's network, from inside its network namespace. */
export function networkProbes(
  { host, engine }: Context,
  container: Container,
  target: () => Target,
  { isSilent }: { readonly isSilent: boolean },
) {
  const inThere = (argv: readonly string[]) => nsenter(target(), argv, plainEntry());
  const etc = (name: string) => host.readBelow(`/proc/${target().pid}/root`, `etc/${name}`, ETC_LIMIT) ?? '';
  return {
    networks: () => networkItems(container),
    interfaces: async (): Promise<Item[]> => {
      const its = target();
      const [network, links] = await Promise.all([
        containerNetwork(host, its, container.networks),
        linksInside(host, its),
      ]);
      return interfaceItems(network, links);
    },
    dns: () => resolverItems(etc('resolv.conf'), etc('hosts'), container.id),
    dnsAnswers: async () => {
      const { nameservers } = parseResolver(etc('resolv.conf'));
      if (isSilent) throw new DbgError('nothing was sent: --no-probe');
      const names = await neighbourNames(await engine(), container);
      return answerItems(await askForNames(host, inThere, nameservers, names));
    },
    routes: async () => routeItems(await routeLines(host, inThere)),
    sysctls: async () => sysctlItems(parseSysctls(await host.output(inThere(['sh', '-c', LIST_SYSCTLS])))),
    listening: async () => listeningItems(parseListening(await host.output(inThere(LISTENING)))),
  };
}
