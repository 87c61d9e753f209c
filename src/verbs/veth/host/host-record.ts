import type { Bare, HostMap, MappedInterface } from '../../../network/map/map.ts';
import type { Rates } from '../../../network/map/rates.ts';
import { interfaceRecord } from '../veth-text.ts';

export type RateOf = ReadonlyMap<MappedInterface, Rates>;

/**
 * One entry of `dbg veth --all --json`. The keys are documented in docs/veth-host.md and must not
 * change.
 */
export function mappedRecord(each: MappedInterface, rates?: RateOf) {
  const rate = rates?.get(each);
  return {
    ...interfaceRecord(each),
    rx_bytes: each.counters.rxBytes,
    tx_bytes: each.counters.txBytes,
    ...(rates && { rx_bytes_per_second: rate?.rx ?? null, tx_bytes_per_second: rate?.tx ?? null }),
    shared_by: each.sharedBy,
    problems: each.problems,
  };
}

/** The entry of a container without an interface of its own. It has the same keys as the others. */
function bareRecord({ target, on, sharedBy }: Bare, rates?: RateOf) {
  const record: Record<keyof Omit<ReturnType<typeof mappedRecord>, keyof RateKeys>, unknown> & Partial<RateKeys> = {
    container: target.container.name,
    id: target.container.id,
    interface: null,
    ifindex: null,
    kind: null,
    mac: null,
    network: on,
    addresses: [],
    host_device: null,
    peer_ifindex: null,
    namespace: null,
    master: null,
    mtu: null,
    peer_mtu: null,
    state: null,
    proof: 'none',
    reason: REASON[on],
    cut: null,
    rx_bytes: null,
    tx_bytes: null,
    ...(rates && { rx_bytes_per_second: null, tx_bytes_per_second: null }),
    shared_by: sharedBy,
    problems: [],
  };
  return record;
}

interface RateKeys {
  readonly rx_bytes_per_second: number | null;
  readonly tx_bytes_per_second: number | null;
}

export const REASON = { host: "uses the host's own network", none: 'has no interface but lo' } as const;

/** The whole map as a flat list of entries. */
export function mapRecords({ interfaces, bare }: HostMap, rates?: RateOf) {
  return [...interfaces.map((each) => mappedRecord(each, rates)), ...bare.map((each) => bareRecord(each, rates))];
}
