import { execa } from 'execa';
import { clinic, type Fault, type Healthy } from './clinic.ts';
import { machineOutside, OUTSIDE, outside, UPLINK } from './outside.ts';
import { inside, pair, rule } from './parties.ts';

/** Nobody is told that a packet was too large. */
const HUSH = ['OUTPUT', '-p', 'icmp', '--icmp-type', 'fragmentation-needed', '-j', 'DROP'];

const FAULTS: readonly Fault[] = [
  {
    title: 'it connects, and the page never comes: large packets are lost beyond the bridge',
    first: 'transport.mtu',
    says: 'packets of 1280 bytes pass between',
    make: async (lab) => {
      await machineOutside(lab, 1280);
      await rule(lab, ...HUSH);
      return [await lab.run('web'), OUTSIDE, '--http', '/'];
    },
  },
  {
    title: 'the same, and nobody answers a ping',
    first: 'transport.mtu',
    says: 'packets of 576 bytes pass between',
    make: async (lab) => {
      await machineOutside(lab, 1280);
      await rule(lab, ...HUSH);
      await outside('iptables', '-A', 'INPUT', '-p', 'icmp', '-j', 'DROP');
      return [await lab.run('web'), OUTSIDE, '--http', '/'];
    },
  },
  {
    title: 'large packets may be lost outside, though nothing was asked for',
    first: 'transport.mtu',
    severity: 'suspect',
    says: `: ${UPLINK}, by which this host sends on, has an MTU of 1280`,
    make: async (lab) => {
      await machineOutside(lab, 1280);
      await rule(lab, ...HUSH);
      return [await lab.run('web'), `${OUTSIDE}:80`];
    },
  },
  {
    title: 'it connects, and large answers never come: a tunnel between two containers is narrow',
    first: 'transport.mtu',
    says: 'packets of 1400 bytes pass between',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await inside(
        lab,
        db,
        'iptables',
        '-t',
        'raw',
        '-A',
        'PREROUTING',
        '-m',
        'length',
        '--length',
        '1401:',
        '-j',
        'DROP',
      );
      return [web, `${db}:80`];
    },
  },
];

const HEALTHY: readonly Healthy[] = [
  {
    title: 'somebody outside',
    make: async (lab) => {
      await machineOutside(lab);
      return [await lab.run('web'), OUTSIDE, '--http', '/'];
    },
  },
  {
    title: 'a smaller MTU on the way, which is announced',
    make: async (lab) => {
      await machineOutside(lab);
      await execa('ip', ['link', 'set', UPLINK, 'mtu', '1280']);
      await outside('ip', 'link', 'set', 'eth0', 'mtu', '1280');
      return [await lab.run('web'), OUTSIDE, '--http', '/'];
    },
  },
  {
    title: 'nobody answers a ping',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await inside(lab, db, 'iptables', '-A', 'INPUT', '-p', 'icmp', '-j', 'DROP');
      return [web, `${db}:80`];
    },
  },
  {
    title: 'packets of 9000 bytes at both ends, and between them',
    make: async (lab) => {
      const network = await lab.network('n', '-o', 'com.docker.network.driver.mtu=9000');
      const web = await lab.run('web', { options: ['--network', network] });
      const db = await lab.run('db', { options: ['--network', network], command: ['httpd', '-f', '-p', '80'] });
      await inside(lab, db, 'sh', '-c', 'until ss -Hltn | grep -q :80; do sleep 0.1; done');
      return [web, `${db}:80`];
    },
  },
];

clinic('path', FAULTS, HEALTHY);
