import { execa } from 'execa';
import type { Lab } from '../support/lab.ts';
import { clinic, type Fault, type Healthy } from './clinic.ts';
import { machineOutside, OUTSIDE, outside, HOSTS } from './outside.ts';
import { HTTPD, inside, listens, pair } from './parties.ts';

/** A pair on a network that has IPv6 too; one listens on port 80 at an address. */
async function ipv6Pair(lab: Lab, listensAt: string): Promise<{ web: string; db: string }> {
  const network = await lab.network('n', '--ipv6', '--subnet', 'fd00:dbc::/64');
  const web = await lab.run('web', { options: ['--network', network] });
  const db = await lab.run('db', { options: ['--network', network], ...HTTPD(listensAt) });
  await listens(lab, db);
  return { web, db };
}

/** A container that publishes port 80; gives the address and port of the host, as another container reaches it. */
async function behindHost(lab: Lab, listensAt: string): Promise<string[]> {
  const network = await lab.network('n');
  const web = await lab.run('web', { options: ['--network', network] });
  const served = await lab.run('served', { options: ['-p', '80'], ...HTTPD(listensAt) });
  await listens(lab, served);
  const gateway = await lab.docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', network);
  return [web, `${gateway}:${/:(\d+)/.exec(await lab.docker('port', served, '80'))![1]!}`];
}

/** A pair whose peer has a health check. */
async function checkedPair(lab: Lab, command: string, status: string): Promise<string[]> {
  const health = ['--health-cmd', command, '--health-interval', '1s', '--health-retries', '2'];
  const { web, db } = await pair(lab, '80', [], health);
  while ((await lab.docker('inspect', '-f', '{{.State.Health.Status}}', db)) !== status) {
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
  return [web, `${db}:80`];
}

const withoutMasquerade = async (lab: Lab, network: string): Promise<void> => {
  const { stdout } = await execa('iptables', ['-t', 'nat', '-S', 'POSTROUTING']);
  const subnet = await lab.docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Subnet}}', network);
  const rule = stdout.split('\n').find((line) => line.includes(`-s ${subnet} `) && line.includes('MASQUERADE'))!;
  const words = rule.split(' ').slice(1);
  await execa('iptables', ['-t', 'nat', '-D', ...words]);
  // The engine takes its rule away with the network, and says so in its log when it is gone.
  lab.cleanUp(() => execa('iptables', ['-t', 'nat', '-A', ...words]));
};

const FAULTS: readonly Fault[] = [
  {
    title: 'it works badly: the other one is unhealthy',
    first: 'peer.unhealthy',
    severity: 'suspect',
    says: 'and said: no database',
    make: (lab) => checkedPair(lab, 'echo no database; false', 'unhealthy'),
  },
  {
    title: 'it takes long to connect: the name is an IPv6 address first, where nobody answers',
    first: 'name.ipv6-first',
    says: /is fd00:dbc::\w+ too, which a program .* tries first, and no answer comes from there/,
    make: async (lab) => {
      const { web, db } = await ipv6Pair(lab, '80');
      await inside(lab, db, 'ip6tables', '-A', 'INPUT', '-p', 'tcp', '--dport', '80', '-j', 'DROP');
      return [web, `${db}:80`];
    },
  },
  {
    title: 'some programs cannot connect: it listens by IPv4 alone, and has an IPv6 address too',
    first: 'name.ipv6-first',
    severity: 'suspect',
    says: 'that fails (ECONNREFUSED)',
    make: async (lab) => {
      const { web, db } = await ipv6Pair(lab, '0.0.0.0:80');
      return [web, `${db}:80`];
    },
  },
  {
    title: 'timeout: the peer answers by another device, and is strict about that',
    first: 'route.reverse-path',
    says: 'whose way back leads by another device (rp_filter)',
    make: async (lab) => {
      const { network, web, db } = await pair(lab);
      await lab.docker('network', 'connect', await lab.network('other'), db);
      // A strict kernel does not answer ARP either, so nobody would get as far as this without an old entry.
      const mac = await lab.docker(
        'inspect',
        '-f',
        `{{(index .NetworkSettings.Networks "${network}").MacAddress}}`,
        db,
      );
      await inside(lab, web, 'ip', 'neigh', 'replace', await lab.address(db), 'lladdr', mac, 'dev', 'eth0');
      await inside(lab, db, 'ip', 'route', 'add', `${await lab.address(web)}/32`, 'dev', 'eth1');
      await inside(lab, db, 'sysctl', '-w', 'net.ipv4.conf.all.rp_filter=1');
      return [web, `${db}:80`];
    },
  },
  {
    title: "refused: a port of the host's, behind which it listens at 127.0.0.1 alone",
    first: 'peer.loopback-only',
    says: 'listens on port 80 at 127.0.0.1 only',
    make: (lab) => behindHost(lab, '127.0.0.1:80'),
  },
  {
    title: "refused: a port of the host's, behind which it listens on another port",
    first: 'peer.other-port',
    says: 'it listens on 8080',
    make: (lab) => behindHost(lab, '8080'),
  },
  {
    title: 'timeout to everything outside: the rule that translates its address is gone',
    first: 'host.no-masquerade',
    says: /translates the address of ".*-web", 10\.\d+\.\d+\.\d+, so/,
    make: async (lab) => {
      await machineOutside(lab);
      const network = await lab.network('n');
      await withoutMasquerade(lab, network);
      return [await lab.run('web', { options: ['--network', network] }), `${OUTSIDE}:80`];
    },
  },
];

const HEALTHY: readonly Healthy[] = [
  { title: 'a peer that is healthy', make: (lab) => checkedPair(lab, 'true', 'healthy') },
  {
    title: 'IPv6 and IPv4, both answered',
    make: async (lab) => {
      const { web, db } = await ipv6Pair(lab, '80');
      return [web, `${db}:80`];
    },
  },
  {
    title: 'a port of the host that leads to a container',
    make: (lab) => behindHost(lab, '80'),
  },
  {
    title: 'no translation, and a route back',
    make: async (lab) => {
      await machineOutside(lab);
      const network = await lab.network('n', '-o', 'com.docker.network.bridge.enable_ip_masquerade=false');
      await outside('ip', 'route', 'add', 'default', 'via', HOSTS);
      return [await lab.run('web', { options: ['--network', network] }), `${OUTSIDE}:80`];
    },
  },
  {
    title: 'a strict peer, whose way back is the way there',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await inside(lab, db, 'sysctl', '-w', 'net.ipv4.conf.all.rp_filter=1');
      return [web, `${db}:80`];
    },
  },
];

clinic('beside the connection', FAULTS, HEALTHY);
