import { execa } from 'execa';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../support/lab.ts';
import { clinic, type Fault, type Healthy } from './clinic.ts';
import { cutUntilTheEnd, hostEnd, inside } from './parties.ts';

/** A container on a network of its own. */
async function onNetwork(lab: Lab, ...options: readonly string[]): Promise<string> {
  return lab.run('web', { options: ['--network', await lab.network('n'), ...options] });
}

/** A file for a container, in the test's own folder. */
function file(lab: Lab, name: string, text: string): string {
  const path = join(lab.folder, name);
  writeFileSync(path, text);
  return path;
}

/** Sends so many frames of a protocol that nobody takes, from the bridge of the default network. */
const strangeFrames = (address: string, count: number) =>
  execa('perl', [
    '-MSocket',
    '-e',
    `socket(S,17,3,0)or die$!;my($i)=map{/^(\\d+): docker0:/?$1:()}qx(ip -o link);my$f=pack('H12 H12 n a46','${address.replaceAll(':', '')}','020000000001',0x88b5,'x');send(S,$f,0,pack('SnisCCa8',17,0x88b5,$i,0,0,6,pack('H12','${address.replaceAll(':', '')}')))or die$! for 1..${count}`,
  ]);

const FAULTS: readonly Fault[] = [
  {
    title: 'nothing gets in or out: somebody cut it with dbg',
    first: 'network.cut',
    says: /eth0 of ".*-web" is cut by dbg \(blackhole\): by root, .* for \d+ (second|minute)s? more/,
    make: async (lab) => {
      const web = await onNetwork(lab);
      await cutUntilTheEnd(lab, web, '--blackhole');
      return [web];
    },
  },
  {
    title: 'the network is bad: somebody lets dbg lose packets',
    first: 'network.cut',
    severity: 'suspect',
    says: 'loss:60%',
    make: async (lab) => {
      const web = await onNetwork(lab);
      await cutUntilTheEnd(lab, web, '--loss', '60%');
      return [web];
    },
  },
  {
    title: 'no network: its interface is down',
    first: 'network.down',
    says: 'eth0, of "',
    make: async (lab) => {
      const web = await onNetwork(lab);
      await inside(lab, web, 'ip', 'link', 'set', 'eth0', 'down');
      return [web];
    },
  },
  {
    title: "no network: the host's end of its wire left the bridge",
    first: 'network.no-bridge',
    says: 'is in no bridge',
    make: async (lab) => {
      const web = await onNetwork(lab);
      await execa('ip', ['link', 'set', await hostEnd(lab, web), 'nomaster']);
      return [web];
    },
  },
  {
    title: 'some downloads hang: the two ends of its wire have different MTUs',
    first: 'network.mtu',
    says: 'takes 1280',
    make: async (lab) => {
      const web = await onNetwork(lab);
      await execa('ip', ['link', 'set', await hostEnd(lab, web), 'mtu', '1280']);
      return [web];
    },
  },
  {
    title: "some downloads hang: the bridge's MTU is smaller",
    first: 'network.mtu',
    severity: 'suspect',
    says: /sends packets of up to 1500 bytes, and br-\w+, its bridge, takes 1400/,
    make: async (lab) => {
      const network = await lab.network('n');
      const web = await lab.run('web', { options: ['--network', network] });
      const id = await lab.docker('network', 'inspect', '-f', '{{.Id}}', network);
      await execa('ip', ['link', 'set', `br-${id.slice(0, 12)}`, 'mtu', '1400']);
      return [web];
    },
  },
  {
    title: "it is slow: somebody's tc is on its wire",
    first: 'network.foreign-rules',
    severity: 'suspect',
    says: 'qdisc tbf is on veth',
    make: async (lab) => {
      const web = await onNetwork(lab);
      const tbf = ['tbf', 'rate', '64kbit', 'burst', '16kb', 'latency', '50ms'];
      await execa('tc', ['qdisc', 'add', 'dev', await hostEnd(lab, web), 'root', ...tbf]);
      return [web];
    },
  },
  {
    title: "some packets are lost: somebody's nft table is on its wire",
    first: 'network.foreign-rules',
    severity: 'suspect',
    says: 'nft table netdev clinic_foreign is on veth',
    make: async (lab) => {
      const web = await onNetwork(lab);
      lab.cleanUp(() => execa('nft', ['delete', 'table', 'netdev', 'clinic_foreign']));
      await execa('nft', ['add', 'table', 'netdev', 'clinic_foreign']);
      const hook = `{ type filter hook ingress device "${await hostEnd(lab, web)}" priority 0 ; }`;
      await execa('nft', ['add', 'chain', 'netdev', 'clinic_foreign', 'in', hook]);
      return [web];
    },
  },
  {
    title: 'packets are lost at its end of the wire',
    first: 'network.drops',
    severity: 'suspect',
    says: /eth0 of ".*-web" has lost \d{3,} packets that were received/,
    make: async (lab) => {
      const web = await lab.run('web');
      const { stdout } = await inside(lab, web, 'cat', '/sys/class/net/eth0/address').catch(() => ({ stdout: '' }));
      const mac = stdout || (await lab.docker('inspect', '-f', '{{.NetworkSettings.MacAddress}}', web));
      await strangeFrames(mac, 400);
      return [web];
    },
  },
  {
    title: 'no name is found: its resolv.conf is empty',
    first: 'network.no-nameserver',
    says: 'names none, and nobody answers at 127.0.0.1',
    make: async (lab) => [await onNetwork(lab, '-v', `${file(lab, 'resolv.conf', '')}:/etc/resolv.conf:ro`)],
  },
  {
    title: 'no name is found: it was given a nameserver that is not there',
    first: 'network.nameserver-dead',
    says: '198.51.100.53 does not answer',
    make: async (lab) => [await lab.run('web', { options: ['--dns', '198.51.100.53'] })],
  },
  {
    title: "no name is found: the rules that lead to Docker's DNS are gone",
    first: 'network.nameserver-dead',
    says: 'nobody listens at 127.0.0.11',
    make: async (lab) => {
      const web = await onNetwork(lab);
      await inside(lab, web, 'iptables', '-t', 'nat', '-F');
      return [web];
    },
  },
];

const HEALTHY: readonly Healthy[] = [
  { title: 'on a network of its own', make: async (lab) => [await onNetwork(lab)] },
  {
    title: 'on an internal network, which has no way outside',
    make: async (lab) => [await lab.run('web', { options: ['--network', await lab.network('n', '--internal')] })],
  },
  { title: 'without a network', make: async (lab) => [await lab.run('web', { options: ['--network', 'none'] })] },
  {
    title: "in the network of another one, and that one's own resolv.conf",
    make: async (lab) => {
      const web = await onNetwork(lab);
      return [await lab.run('side', { options: ['--network', `container:${web}`] })];
    },
  },
  {
    title: 'it sends smaller packets than the others take',
    make: async (lab) => {
      const web = await onNetwork(lab);
      await inside(lab, web, 'ip', 'link', 'set', 'eth0', 'mtu', '1400');
      return [web];
    },
  },
  {
    title: 'a network of small packets throughout',
    make: async (lab) => {
      const network = await lab.network('n', '-o', 'com.docker.network.driver.mtu=1280');
      return [await lab.run('web', { options: ['--network', network] })];
    },
  },
];

clinic('the network of a container', FAULTS, HEALTHY);
