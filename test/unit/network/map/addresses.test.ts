import { expect, test } from 'vitest';
import { addressesOf, type AddressEvidence } from '../../../../src/network/map/addresses.ts';
import type { Route } from '../../../../src/proc/net.ts';

const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const route = (name: string, subnet: string, isConnected = true): Route => {
  const [destination, prefix] = subnet.split('/');
  return { name, destination: number(destination!), prefixLength: Number(prefix), isConnected };
};
const found = (over: Omit<Partial<AddressEvidence>, 'locals'> & { locals?: readonly string[] }) =>
  Object.fromEntries(
    addressesOf({
      routes: [],
      inet6: [],
      given: new Map(),
      down: new Set(),
      ...over,
      locals: (over.locals ?? []).map(number),
    }),
  );

test('by the connected route; IPv6 by its own list', () =>
  expect(
    found({
      locals: ['10.0.0.2', '200.1.0.2'],
      routes: [route('eth0', '0.0.0.0/0', false), route('eth0', '10.0.0.0/24'), route('eth1', '200.1.0.0/16')],
      inet6: [{ name: 'eth1', ifindex: 9, address: 'fd00::2/64' }],
    }),
  ).toEqual({ eth0: ['10.0.0.2/24'], eth1: ['200.1.0.2/16', 'fd00::2/64'] }));

test('the narrowest of several subnets', () =>
  expect(found({ locals: ['10.0.0.2'], routes: [route('eth1', '10.0.0.0/8'), route('eth0', '10.0.0.0/24')] })).toEqual({
    eth0: ['10.0.0.2/24'],
  }));

const ONE_SUBNET = [route('eth0', '10.0.0.0/24'), route('eth1', '10.0.0.0/24')];

test('two interfaces in one subnet: as the engine gave them, in whatever order', () =>
  expect(
    found({
      locals: ['10.0.0.2', '10.0.0.3'],
      routes: ONE_SUBNET,
      given: new Map([
        ['eth0', ['10.0.0.3/24']],
        ['eth1', ['10.0.0.2/24']],
      ]),
    }),
  ).toEqual({ eth0: ['10.0.0.3/24'], eth1: ['10.0.0.2/24'] }));

test('two interfaces in one subnet, one address that the engine does not know: who has none', () =>
  expect(
    found({ locals: ['10.0.0.2', '10.0.0.3'], routes: ONE_SUBNET, given: new Map([['eth0', ['10.0.0.3/24']]]) }),
  ).toEqual({ eth0: ['10.0.0.3/24'], eth1: ['10.0.0.2/24'] }));

test('without a route of its own: the engine knows whose', () =>
  expect(found({ locals: ['10.0.0.2'], given: new Map([['eth1', ['10.0.0.2/24']]]) })).toEqual({
    eth1: ['10.0.0.2/32'],
  }));

test('an interface that is down: what the engine gave; one that is up and has lost it: nothing', () =>
  expect(
    found({
      given: new Map([
        ['eth0', ['10.0.0.2/24']],
        ['eth1', ['10.1.0.2/24']],
      ]),
      down: new Set(['eth0']),
    }),
  ).toEqual({ eth0: ['10.0.0.2/24'] }));
