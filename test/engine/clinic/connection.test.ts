import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg } from '../support/dbg.ts';
import { type Lab, test } from '../support/lab.ts';
import { unhurried } from '../support/unhurried.ts';
import { clinic, type Fault, type Healthy } from './clinic.ts';
import { machineOutside, OUTSIDE } from './outside.ts';
import { cutUntilTheEnd, hostEnd, HTTPD, inside, listens, pair, published, rule } from './parties.ts';

const FAULTS: readonly Fault[] = [
  {
    title: 'connection refused: nothing listens at all',
    first: 'peer.not-listening',
    says: 'port 5432/tcp',
    make: async (lab) => {
      const network = await lab.network('n');
      const web = await lab.run('web', { options: ['--network', network] });
      const db = await lab.run('db', { options: ['--network', network] });
      return [web, `${db}:5432`];
    },
  },
  {
    title: 'connection refused: it listens on another port',
    first: 'peer.other-port',
    says: 'it listens on 8080',
    make: async (lab) => {
      const { web, db } = await pair(lab, '8080');
      return [web, `${db}:80`];
    },
  },
  {
    title: 'connection refused: it listens on 127.0.0.1 alone',
    first: 'peer.loopback-only',
    says: '127.0.0.1 only',
    make: async (lab) => {
      const { web, db } = await pair(lab, '127.0.0.1:80');
      return [web, `${db}:80`];
    },
  },
  {
    title: 'connection refused: localhost is the container itself',
    first: 'peer.not-listening',
    says: 'which is what localhost means in it',
    make: async (lab) => {
      const { web } = await pair(lab);
      return [web, 'localhost:80'];
    },
  },
  {
    title: 'no such name: the other container was stopped',
    first: 'peer.not-running',
    says: /exited.* with code 137/,
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await lab.docker('stop', db);
      return [web, `${db}:80`];
    },
  },
  {
    title: 'no such name: the other container was never started',
    first: 'peer.not-running',
    says: 'created',
    make: async (lab) => {
      const { network, web } = await pair(lab);
      await lab.docker('create', '--name', lab.name('late'), '--network', network, 'busybox', 'true');
      lab.cleanUp(() => lab.docker('rm', '-f', lab.name('late')));
      return [web, `${lab.name('late')}:80`];
    },
  },
  {
    title: 'it connects and nothing comes: the other one is paused',
    first: 'peer.paused',
    says: 'paused',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await lab.docker('pause', db);
      return [web, `${db}:80`];
    },
  },
  {
    title: 'no such name: no common network',
    first: 'membership.no-common',
    says: /-other"/,
    make: async (lab) => {
      const { web } = await pair(lab);
      const other = await lab.network('other');
      const far = await lab.run('far', { options: ['--network', other], ...HTTPD('80') });
      return [web, `${far}:80`];
    },
  },
  {
    title: 'timeout: an address of a network that it is not on',
    first: 'membership.no-common',
    says: /-other"/,
    make: async (lab) => {
      const { web } = await pair(lab);
      const other = await lab.network('other');
      const far = await lab.run('far', { options: ['--network', other], ...HTTPD('80') });
      return [web, `${await lab.address(far)}:80`];
    },
  },
  {
    title: 'no such name: an alias on another network',
    first: 'name.unknown',
    says: /is an alias of ".*-far"/,
    make: async (lab) => {
      const { network, web } = await pair(lab);
      const other = await lab.network('other');
      const far = await lab.run('far', {
        options: ['--network', other, '--network-alias', 'database'],
        ...HTTPD('80'),
      });
      await lab.docker('network', 'connect', network, far);
      return [web, 'database:80'];
    },
  },
  {
    title: 'no such name: a typing mistake',
    first: 'name.unknown',
    says: 'databse',
    make: async (lab) => {
      const { web } = await pair(lab);
      return [web, 'databse:80'];
    },
  },
  {
    title: "no such name: both on Docker's default bridge",
    first: 'name.default-bridge',
    says: "Docker's default bridge",
    make: async (lab) => {
      const web = await lab.run('web');
      const db = await lab.run('db', HTTPD('80'));
      return [web, `${db}:80`];
    },
  },
  {
    title: 'timeout: an old address in /etc/hosts',
    first: 'name.stale-hosts',
    says: '198.51.100.7',
    make: async (lab) => {
      const db = lab.name('db');
      const { web } = await pair(lab, '80', ['--add-host', `${db}:198.51.100.7`]);
      return [web, `${db}:80`];
    },
  },
  {
    title: 'DNS fails: its nameserver does not answer',
    first: 'name.no-nameserver',
    says: '198.51.100.53 does not answer',
    make: async (lab) => [await lab.run('web', { options: ['--dns', '198.51.100.53'] }), 'db.example:80'],
  },
  {
    title: "DNS fails: the rules of Docker's DNS are gone",
    first: 'name.no-nameserver',
    says: 'nobody listens at 127.0.0.11',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await inside(lab, web, 'iptables', '-t', 'nat', '-F');
      return [web, `${db}:80`];
    },
  },
  {
    title: 'network is unreachable: no network at all',
    first: 'membership.none',
    says: '--network none',
    make: async (lab) => [await lab.run('web', { options: ['--network', 'none'] }), '198.51.100.1:80'],
  },
  {
    title: 'network is unreachable: an internal network',
    first: 'membership.internal',
    says: 'internal networks only',
    make: async (lab) => {
      const network = await lab.network('n', '--internal');
      return [await lab.run('web', { options: ['--network', network] }), '198.51.100.1:80'];
    },
  },
  {
    title: 'timeout: the network keeps its containers from each other',
    first: 'membership.icc',
    says: 'enable_icc=false',
    make: async (lab) => {
      const network = await lab.network('n', '-o', 'com.docker.network.bridge.enable_icc=false');
      const web = await lab.run('web', { options: ['--network', network] });
      const db = await lab.run('db', { options: ['--network', network], ...HTTPD('80') });
      await listens(lab, db);
      return [web, `${db}:80`];
    },
  },
  {
    title: 'network is unreachable: the default route is gone',
    first: 'route.none',
    says: 'Network is unreachable',
    make: async (lab) => {
      const { web } = await pair(lab);
      await inside(lab, web, 'ip', 'route', 'del', 'default');
      return [web, '198.51.100.1:80'];
    },
  },
  {
    title: 'timeout: the other container has no way back',
    first: 'route.no-way-back',
    says: 'has no route back to 10.',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await inside(lab, db, 'ip', 'route', 'flush', 'table', 'main');
      return [web, `${db}:80`];
    },
  },
  {
    title: "no such name: the other container is on the host's network",
    first: 'membership.no-address',
    says: "is on this host's own network",
    make: async (lab) => {
      const { web } = await pair(lab);
      return [web, `${await lab.run('host', { options: ['--network', 'host'] })}:80`];
    },
  },
  {
    title: 'refused: its address is there twice, and the other one answers',
    first: 'link.other-answers',
    says: 'the address is there twice, or was moved',
    make: async (lab) => {
      const { network, web, db } = await pair(lab);
      const twin = await lab.run('twin', { options: ['--network', network] });
      await inside(lab, twin, 'ip', 'addr', 'add', `${await lab.address(db)}/32`, 'dev', 'eth0');
      const mac = await lab.docker(
        'inspect',
        '-f',
        `{{(index .NetworkSettings.Networks "${network}").MacAddress}}`,
        twin,
      );
      // Both answer, and the last answer counts.
      await inside(
        lab,
        web,
        'ip',
        'neigh',
        'replace',
        await lab.address(db),
        'lladdr',
        mac,
        'nud',
        'reachable',
        'dev',
        'eth0',
      );
      return [web, `${db}:80`];
    },
  },
  {
    title: 'timeout to everything outside: the default route leads to another container',
    first: 'route.other-gateway',
    says: 'which is another container on network',
    make: async (lab) => {
      await machineOutside(lab);
      const { web, db } = await pair(lab);
      await inside(lab, web, 'ip', 'route', 'replace', 'default', 'via', await lab.address(db));
      return [web, `${OUTSIDE}:80`];
    },
  },
  {
    title: "no route to host: the container's interface is down",
    first: 'link.down',
    says: 'eth0',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await inside(lab, web, 'ip', 'link', 'set', 'eth0', 'down');
      return [web, `${db}:80`];
    },
  },
  {
    title: "no route to host: the host's end of the peer's wire is down",
    first: 'link.down',
    says: "the host's end of eth0",
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await execa('ip', ['link', 'set', await hostEnd(lab, db), 'down']);
      return [web, `${db}:80`];
    },
  },
  {
    title: "no route to host: the host's end of the wire was taken out of the bridge",
    first: 'link.no-bridge',
    says: 'is in no bridge',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await execa('ip', ['link', 'set', await hostEnd(lab, db), 'nomaster']);
      return [web, `${db}:80`];
    },
  },
  {
    title: 'timeout: somebody cut it with dbg',
    first: 'link.cut',
    says: /blackhole.*by root.*for \d+ (second|minute)s? more/,
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await cutUntilTheEnd(lab, db, '--blackhole');
      return [web, `${db}:80`];
    },
  },
  {
    title: 'timeout: a rule in DOCKER-USER drops it',
    first: 'host.dropped',
    says: '--dport 80 -j DROP',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await rule(lab, 'DOCKER-USER', '-p', 'tcp', '-d', await lab.address(db), '--dport', '80', '-j', 'DROP');
      return [web, `${db}:80`];
    },
  },
  {
    title: 'connection refused: a rule in DOCKER-USER rejects it',
    first: 'host.rejected',
    says: '-j REJECT',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await rule(lab, 'DOCKER-USER', '-p', 'tcp', '-d', await lab.address(db), '--dport', '80', '-j', 'REJECT');
      return [web, `${db}:80`];
    },
  },
  {
    title: "timeout: an nft rule of the host's drops it",
    first: 'host.dropped',
    says: /nft inet \S+ forward: tcp dport 8088/,
    make: async (lab) => {
      const { web, db } = await pair(lab, '8088');
      const table = 'dbg_clinic';
      lab.cleanUp(() => execa('nft', ['delete', 'table', 'inet', table]));
      await execa('nft', ['add', 'table', 'inet', table]);
      await execa('nft', ['add', 'chain', 'inet', table, 'forward', '{ type filter hook forward priority -10 ; }']);
      await execa('nft', ['add', 'rule', 'inet', table, 'forward', 'tcp', 'dport', '8088', 'counter', 'drop']);
      return [web, `${db}:8088`];
    },
  },
  {
    title: 'timeout: the firewall in the other container',
    first: 'peer.firewall',
    says: '-A INPUT',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await inside(lab, db, 'iptables', '-A', 'INPUT', '-p', 'tcp', '--dport', '80', '-j', 'DROP');
      return [web, `${db}:80`];
    },
  },
  {
    title: 'timeout: the firewall in the container itself',
    first: 'own.firewall',
    says: '-A OUTPUT',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await inside(lab, web, 'iptables', '-A', 'OUTPUT', '-p', 'tcp', '--dport', '80', '-j', 'DROP');
      return [web, `${db}:80`];
    },
  },
  {
    title: 'no route to host: nobody has the address',
    first: 'link.neighbour',
    says: 'answers for',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      return [web, `${(await lab.address(db)).replace(/\d+$/, '250')}:80`];
    },
  },
  {
    title: 'it connects, and large answers never come',
    first: 'link.mtu',
    says: 'takes packets of 1280 bytes',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      await execa('ip', ['link', 'set', await hostEnd(lab, db), 'mtu', '1280']);
      return [web, `${db}:80`];
    },
  },
  {
    title: 'timeout: it accepts no connections, and its queue is full',
    first: 'peer.queue-full',
    says: 'which holds 2',
    make: async (lab) => {
      const network = await lab.network('n');
      const web = await lab.run('web', { options: ['--network', network] });
      const db = await lab.run('db', { options: ['--network', network] });
      // A program that listens with a queue of 1 and never accepts.
      const listen = 'socket(S,2,1,0);bind(S,pack_sockaddr_in(80,INADDR_ANY));listen(S,1);sleep 600';
      const server = execa('nsenter', ['-t', String(await lab.pid(db)), '-n', 'perl', '-MSocket', '-e', listen], {
        reject: false,
      });
      lab.cleanUp(async () => {
        server.kill('SIGKILL');
        await server;
      });
      await listens(lab, db);
      const address = await lab.address(db);
      const fill = `socket($s[$_],2,1,0),$s[$_]->blocking(0),connect($s[$_],pack_sockaddr_in(80,inet_aton('${address}')))for 0..3;sleep 600`;
      const client = execa(
        'nsenter',
        ['-t', String(await lab.pid(web)), '-n', 'perl', '-MSocket', '-MIO::Handle', '-e', fill],
        { reject: false },
      );
      lab.cleanUp(async () => {
        client.kill('SIGKILL');
        await client;
      });
      const full = async () => /LISTEN\s+2\s+1\s/.test((await inside(lab, db, 'ss', '-Hltn')).stdout);
      while (!(await full())) await new Promise((resolve) => void setTimeout(resolve, 50));
      return [web, `${db}:80`];
    },
  },
  {
    title: 'a published port does not answer: it listens on 127.0.0.1 in the container',
    first: 'peer.loopback-only',
    says: 'on port 80 at 127.0.0.1 only',
    make: async (lab) => [`:${await published(lab, '0.0.0.0', '127.0.0.1:80')}`],
  },
  {
    title: 'a published port does not answer: it listens on another port',
    first: 'peer.other-port',
    says: 'it listens on 8080',
    make: async (lab) => [`:${await published(lab, '0.0.0.0', '8080')}`],
  },
  {
    title: "a published port does not answer: the host's rule drops it",
    first: 'host.dropped',
    says: '-A OUTPUT',
    make: async (lab) => {
      const port = await published(lab, '0.0.0.0', '80');
      await rule(lab, 'OUTPUT', '-p', 'tcp', '-d', await lab.address(lab.name('served')), '-j', 'DROP');
      return [`:${port}`];
    },
  },
];

const HEALTHY: readonly Healthy[] = [
  {
    title: 'two on one network, by name',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      return [web, `${db}:80`];
    },
  },
  {
    title: 'by an alias',
    make: async (lab) => {
      const { web } = await pair(lab, '80', [], ['--network-alias', 'database']);
      return [web, 'database:80'];
    },
  },
  {
    title: 'by an address, on the default bridge',
    make: async (lab) => {
      const web = await lab.run('web');
      const db = await lab.run('db', HTTPD('80'));
      await listens(lab, db);
      return [web, `${await lab.address(db)}:80`];
    },
  },
  {
    title: 'without a port',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      return [web, db];
    },
  },
  {
    title: 'itself, at localhost, on 127.0.0.1 alone',
    make: async (lab) => {
      const { db } = await pair(lab, '127.0.0.1:80');
      return [db, 'localhost:80'];
    },
  },
  {
    title: 'on an internal network',
    make: async (lab) => {
      const network = await lab.network('n', '--internal');
      const web = await lab.run('web', { options: ['--network', network] });
      const db = await lab.run('db', { options: ['--network', network], ...HTTPD('80') });
      await listens(lab, db);
      return [web, `${db}:80`];
    },
  },
  {
    title: 'several networks, of which one is common',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      const other = await lab.network('other');
      await lab.docker('network', 'connect', other, db);
      await lab.docker('network', 'connect', await lab.network('third'), web);
      return [web, `${db}:80`];
    },
  },
  {
    title: 'one in the network namespace of another',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      const side = await lab.run('side', { options: ['--network', `container:${web}`] });
      return [side, `${db}:80`];
    },
  },
  {
    title: 'an entry of /etc/hosts that is meant so',
    make: async (lab) => {
      const network = await lab.network('n');
      const real = await lab.run('real', { options: ['--network', network], ...HTTPD('80') });
      await listens(lab, real);
      const db = await lab.run('db', { options: ['--network', network] });
      const options = ['--network', network, '--add-host', `${db}:${await lab.address(real)}`];
      return [await lab.run('web', { options }), `${db}:80`];
    },
  },
  {
    title: "from the host's own network",
    make: async (lab) => {
      const { db } = await pair(lab);
      const web = await lab.run('host', { options: ['--network', 'host'] });
      return [web, `${await lab.address(db)}:80`];
    },
  },
  {
    title: 'smaller packets at both ends, and rules that count and pass',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      for (const each of [web, db]) await inside(lab, each, 'ip', 'link', 'set', 'eth0', 'mtu', '1400');
      await inside(lab, db, 'iptables', '-A', 'INPUT', '-p', 'tcp', '--dport', '81', '-j', 'DROP');
      return [web, `${db}:80`];
    },
  },
  {
    title: 'a published port, at the address of the host on the bridge',
    make: async (lab) => {
      const { network, web } = await pair(lab);
      const served = await lab.run('served', { options: ['-p', '127.0.0.1::80', '-p', '80'], ...HTTPD('80') });
      await listens(lab, served);
      const gateway = await lab.docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', network);
      const ports = await lab.docker('port', served, '80');
      return [web, `${gateway}:${/0\.0\.0\.0:(\d+)/.exec(ports)![1]!}`];
    },
  },
  ...['0.0.0.0', '127.0.0.1'].map((address) => ({
    title: `a port that is published at ${address}`,
    make: async (lab: Lab) => [`:${await published(lab, address, '80')}`],
  })),
  {
    title: 'nothing is sent, and nothing is wrong',
    make: async (lab) => {
      const { web, db } = await pair(lab);
      return [web, `${db}:80`, '--no-probe'];
    },
  },
];

clinic('connection', FAULTS, HEALTHY);

test('every layer of a connection and of a published port is looked at', async ({ lab }) => {
  const { web, db } = await pair(lab);
  const port = await published(lab, '0.0.0.0', '80');
  for (const words of [[web, `${db}:80`], [`:${port}`]]) {
    const { stdout } = await dbg(['why', ...words, '--json', ...unhurried()]);
    const { layers } = JSON.parse(String(stdout)) as { layers: { layer: string; state: string }[] };
    expect(layers.filter(({ state }) => state !== 'good')).toEqual([]);
  }
});
