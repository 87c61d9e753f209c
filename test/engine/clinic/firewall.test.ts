import { execa } from 'execa';
import { expect } from 'vitest';
import { dbg } from '../support/dbg.ts';
import { type Lab, test } from '../support/lab.ts';
import { clinic, type Fault, type Healthy } from './clinic.ts';
import { hostEnd, inside, pair, published } from './parties.ts';

const TABLE = 'clinic_firewall';
/** A port of this file alone: other tests run on the same host meanwhile. */
const PORT = '8093';
type Nft = (...words: readonly string[]) => Promise<unknown>;
const onHost: Nft = (...words) => execa('nft', words);
const within =
  (lab: Lab, container: string): Nft =>
  (...words) =>
    inside(lab, container, 'nft', ...words);

/** A chain of nft's with one rule, which has no counter. */
async function chain(nft: Nft, family: string, hook: string, rule: readonly string[], policy = 'accept') {
  await nft('add', 'table', family, TABLE);
  await nft('add', 'chain', family, TABLE, 'c', `{ type filter hook ${hook} priority 0 ; policy ${policy} ; }`);
  if (rule.length > 0) await nft('add', 'rule', family, TABLE, 'c', ...rule);
}
async function chainOfHost(lab: Lab, family: string, hook: string, rule: readonly string[], policy?: string) {
  lab.cleanUp(() => execa('nft', ['delete', 'table', family, TABLE]));
  await chain(onHost, family, hook, rule, policy);
}

/** A pair on a network with IPv6. */
async function ipv6Pair(lab: Lab) {
  const network = await lab.network('n', '--ipv6', '--subnet', 'fd00:dbf::/64');
  const web = await lab.run('web', { options: ['--network', network] });
  const db = await lab.run('db', { options: ['--network', network], command: ['httpd', '-f', '-p', '80'] });
  const form = `{{(index .NetworkSettings.Networks "${network}").GlobalIPv6Address}}`;
  return { web, db, address: await lab.docker('inspect', '-f', form, db) };
}

const FAULTS: readonly Fault[] = [
  {
    title: "timeout: a rule of the host's without a counter drops it",
    first: 'host.rule-traced',
    says: `nft inet ${TABLE} c: tcp dport ${PORT} drop`,
    make: async (lab) => {
      const { web, db } = await pair(lab, PORT);
      await chainOfHost(lab, 'inet', 'forward', ['tcp', 'dport', PORT, 'drop']);
      return [web, `${db}:${PORT}`];
    },
  },
  {
    title: 'timeout: a verdict map of nft drops it',
    first: 'host.rule-traced',
    says: `nft inet ${TABLE} c: tcp dport vmap { ${PORT} : drop }`,
    make: async (lab) => {
      const { web, db } = await pair(lab, PORT);
      await chainOfHost(lab, 'inet', 'forward', ['tcp', 'dport', 'vmap', `{ ${PORT} : drop }`]);
      return [web, `${db}:${PORT}`];
    },
  },
  {
    title: "timeout: a policy of nft's drops what no rule accepts",
    first: 'host.rule-traced',
    says: `nft inet ${TABLE} c: policy drop`,
    make: async (lab) => {
      const { web, db } = await pair(lab, PORT);
      await chainOfHost(lab, 'inet', 'forward', ['ip', 'daddr', '!=', await lab.address(db), 'accept'], 'drop');
      return [web, `${db}:${PORT}`];
    },
  },
  {
    title: 'connection refused: a rule without a counter rejects it',
    first: 'host.rule-traced',
    says: 'reject with tcp reset',
    make: async (lab) => {
      const { web, db } = await pair(lab, PORT);
      await chainOfHost(lab, 'inet', 'forward', ['tcp', 'dport', PORT, 'reject', 'with', 'tcp', 'reset']);
      return [web, `${db}:${PORT}`];
    },
  },
  {
    title: 'timeout over IPv6 alone: a rule on the bridge drops it',
    first: 'host.rule-traced',
    says: `nft bridge ${TABLE} c: ip6 daddr fd00:dbf::`,
    make: async (lab) => {
      const { web, db, address } = await ipv6Pair(lab);
      await chainOfHost(lab, 'bridge', 'forward', ['ip6', 'daddr', address, 'tcp', 'dport', '80', 'drop']);
      return [web, `${db}:80`, '-6'];
    },
  },
  {
    title: "timeout: a rule at the host's end of the peer's wire drops every frame",
    first: 'host.rule-traced',
    says: `nft bridge ${TABLE} c: oifname "veth`,
    make: async (lab) => {
      const { web, db } = await pair(lab, PORT);
      await chainOfHost(lab, 'bridge', 'forward', ['oifname', await hostEnd(lab, db), 'drop']);
      return [web, `${db}:${PORT}`];
    },
  },
  {
    title: "timeout: a rule without a counter in the other container's own network",
    first: 'peer.rule-traced',
    says: `nft inet ${TABLE} c: tcp dport ${PORT} drop`,
    make: async (lab) => {
      const { web, db } = await pair(lab, PORT);
      await chain(within(lab, db), 'inet', 'input', ['tcp', 'dport', PORT, 'drop']);
      return [web, `${db}:${PORT}`];
    },
  },
  {
    title: 'timeout: the other container drops its own answers',
    first: 'peer.rule-traced',
    says: `tcp sport ${PORT} drop`,
    make: async (lab) => {
      const { web, db } = await pair(lab, PORT);
      await chain(within(lab, db), 'inet', 'output', ['tcp', 'sport', PORT, 'drop']);
      return [web, `${db}:${PORT}`];
    },
  },
  {
    title: "connection refused: a rule without a counter in the container's own network",
    first: 'own.rule-traced',
    says: 'reject with tcp reset',
    make: async (lab) => {
      const { web, db } = await pair(lab, PORT);
      await chain(within(lab, web), 'inet', 'output', ['tcp', 'dport', PORT, 'reject', 'with', 'tcp', 'reset']);
      return [web, `${db}:${PORT}`];
    },
  },
  {
    title: 'a published port does not answer: a rule without a counter',
    first: 'host.rule-traced',
    says: `nft inet ${TABLE} c: ip daddr`,
    make: async (lab) => {
      const port = await published(lab, '0.0.0.0', '80');
      const address = await lab.address(lab.name('served'));
      await chainOfHost(lab, 'inet', 'output', ['ip', 'daddr', address, 'tcp', 'dport', '80', 'drop']);
      return [`:${port}`];
    },
  },
];

const HEALTHY: readonly Healthy[] = [
  {
    title: 'a policy that drops, and rules that accept',
    make: async (lab) => {
      const { web, db } = await pair(lab, PORT);
      await chainOfHost(lab, 'inet', 'forward', ['accept'], 'drop');
      return [web, `${db}:${PORT}`];
    },
  },
];

clinic('firewalls without counters', FAULTS, HEALTHY);

test('a rule that traces is told of, is gone with a dbg that is killed, and --no-probe leaves it out', async ({
  lab,
}) => {
  const { web, db } = await pair(lab, PORT);
  await chainOfHost(lab, 'inet', 'forward', ['tcp', 'dport', PORT, 'drop']);
  const tables = async () => (await execa('nft', ['list', 'tables'])).stdout.match(/dbg_trace_\w+/g) ?? [];
  const looking = execa('node', ['bin/dbg.js', 'why', web, `${db}:${PORT}`], { reject: false });
  await expect.poll(tables, { timeout: 30_000, interval: 10 }).not.toEqual([]);
  looking.kill('SIGKILL');
  await looking;
  await expect.poll(tables, { timeout: 30_000 }).toEqual([]);

  const { stderr } = await dbg(['why', web, `${db}:${PORT}`]);
  expect(String(stderr)).toContain('a rule in the firewall of this host marks');
  const silent = await dbg(['why', web, `${db}:${PORT}`, '--no-probe']);
  expect(String(silent.stderr)).toBe('');
});
