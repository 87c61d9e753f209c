import { execa } from 'execa';
import type { Lab } from '../support/lab.ts';
import { clinic, type Fault, type Healthy } from './clinic.ts';
import { HOSTS, machineOutside, OUTSIDE, outside } from './outside.ts';
import { HTTPD, listens, pair, rule } from './parties.ts';

/**
 * A container that serves, and somebody outside who is to reach it. `isReached`: whether they do,
 * which is tried.
 */
async function serving(lab: Lab, options: readonly string[], isReached: boolean, ...rules: readonly string[]) {
  await machineOutside(lab);
  const served = await lab.run('served', { options, ...HTTPD('80') });
  await listens(lab, served);
  if (rules.length > 0) await rule(lab, ...rules);
  const [, port] = /:(\d+)/.exec(await lab.docker('port', served)) ?? [];
  const asked = await outside('curl', '-s', '-m', '2', `http://${HOSTS}:${port ?? 80}/`).then(
    () => true,
    () => false,
  );
  if (asked !== isReached) throw new Error(`somebody outside ${asked ? 'does' : 'does not'} reach it`);
  return [`${served}:80`, '--from', OUTSIDE];
}

const FAULTS: readonly Fault[] = [
  {
    title: 'works from the host, not from outside: the port is not published',
    first: 'outside.not-published',
    says: `is not published, so ${OUTSIDE} has no address for it`,
    make: (lab) => serving(lab, [], false),
  },
  {
    title: 'works from the host, not from outside: it is published at 127.0.0.1',
    first: 'outside.address',
    says: `at 127.0.0.1 alone, and ${OUTSIDE} reaches this host at ${HOSTS}`,
    make: (lab) => serving(lab, ['-p', '127.0.0.1::80'], false),
  },
  {
    title: 'works from the host, not from outside: a rule of DOCKER-USER drops it',
    first: 'outside.firewall',
    says: `drops what ${OUTSIDE} sends to`,
    make: (lab) => serving(lab, ['-p', '80'], false, 'DOCKER-USER', '-s', OUTSIDE, '-j', 'DROP'),
  },
  {
    title: "works from the host, not from outside: a rule of nft's without a counter drops it",
    first: 'outside.firewall',
    says: 'nft inet clinic_inward c: ip saddr 203.0.113.0/24 tcp dport 80 drop',
    make: async (lab) => {
      lab.cleanUp(() => execa('nft', ['delete', 'table', 'inet', 'clinic_inward']));
      await execa('nft', ['add', 'table', 'inet', 'clinic_inward']);
      const hook = '{ type filter hook forward priority 0 ; }';
      await execa('nft', ['add', 'chain', 'inet', 'clinic_inward', 'c', hook]);
      const words = ['ip', 'saddr', '203.0.113.0/24', 'tcp', 'dport', '80', 'drop'];
      await execa('nft', ['add', 'rule', 'inet', 'clinic_inward', 'c', ...words]);
      return serving(lab, ['-p', '80'], false);
    },
  },
  {
    title: 'works from the host, not from outside: a rule before the translation drops it',
    first: 'outside.firewall',
    says: 'iptables -t raw -A PREROUTING -s 203.0.113.7/32',
    make: (lab) => serving(lab, ['-p', '80'], false, 'PREROUTING', '-t', 'raw', '-s', OUTSIDE, '-j', 'DROP'),
  },
  {
    title: 'from a container, as that would ask',
    first: 'peer.other-port',
    says: 'it listens on 8080',
    make: async (lab) => {
      const { web, db } = await pair(lab, '8080');
      return [`${db}:80`, '--from', web];
    },
  },
];

const HEALTHY: readonly Healthy[] = [
  { title: 'published for all, and reached', make: (lab) => serving(lab, ['-p', '80'], true) },
  { title: 'published at the address that is reached', make: (lab) => serving(lab, ['-p', '0.0.0.0::80'], true) },
  {
    title: 'a rule that is for somebody else',
    make: (lab) => serving(lab, ['-p', '80'], true, 'DOCKER-USER', '-s', '203.0.113.8', '-j', 'DROP'),
  },
];

clinic('from outside in', FAULTS, HEALTHY);
