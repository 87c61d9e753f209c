import { EMPTY } from '../../../src/host-page/changes.ts';
import type { Badge, Bus, Card, HostPicture, Wire } from '../../../src/host-page/host-picture.ts';

export const idOf = (name: string) => name.padEnd(64, '0');

export const card = (name: string, over: Partial<Card> = {}): Card => ({
  key: idOf(name),
  name,
  word: name,
  image: 'busybox',
  state: 'running',
  health: '',
  project: '',
  on: 'wires',
  ports: [],
  ...over,
});

export const bus = (network: string, over: Partial<Bus> = {}): Bus => ({
  key: network,
  network,
  networkWord: network,
  device: `br-${network}`,
  mtu: 1500,
  addresses: ['10.0.0.1/24'],
  ...over,
});

export const wire = (name: string, network: string, over: Partial<Wire> = {}): Wire => ({
  key: `${name}/${network}`,
  card: idOf(name),
  guests: [],
  bus: network,
  name: 'eth0',
  word: 'eth0',
  addresses: ['10.0.0.2/24'],
  device: `veth-${name}`,
  mtu: 1500,
  state: 'up',
  proof: 'both ways',
  reason: '',
  cut: null,
  problems: [],
  ...over,
});

export const CUT: Wire['cut'] = { what: 'down', by: 'ann', since: 1, until: 0, isInForce: true };

export const badge = (name: string, sentence = 'it is broken'): Badge => ({
  key: idOf(name),
  at: 1,
  findings: [{ id: 'life.oom', severity: 'broken', sentence, evidence: [], next: [] }],
});

export const picture = (over: Partial<HostPicture> = {}): HostPicture => ({ ...EMPTY, ...over });

/** web on two networks, db on one of them with a guest in its network, alone on none. */
export const SHOP = picture({
  cards: [card('web'), card('db'), card('guest', { on: 'shared' }), card('alone', { on: 'none' })],
  buses: [bus('front'), bus('back')],
  wires: [wire('web', 'front'), wire('web', 'back', { name: 'eth1' }), wire('db', 'back', { guests: [idOf('guest')] })],
});
