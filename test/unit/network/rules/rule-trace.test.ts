import { expect, test } from 'vitest';
import { parseTrace, traceRules } from '../../../../src/network/rules/rule-trace.ts';

const TO = [{ address: '10.0.0.3', port: 80 }];

test('packets of both directions are marked, those of TCP where they begin a connection', () => {
  const rules = traceRules('dbg_trace_1', { protocol: 'tcp', source: '10.0.0.2', to: TO, devices: [] }).split('\n');
  expect(rules.slice(0, 4)).toEqual([
    'add table inet dbg_trace_1 { flags owner; }',
    'add chain inet dbg_trace_1 prerouting { type filter hook prerouting priority -500; }',
    'add rule inet dbg_trace_1 prerouting ip saddr 10.0.0.2 ip daddr 10.0.0.3 tcp dport 80 tcp flags & syn == syn limit rate 20/second burst 20 packets meta nftrace set 1',
    'add rule inet dbg_trace_1 prerouting ip daddr 10.0.0.2 ip saddr 10.0.0.3 tcp sport 80 tcp flags & syn == syn limit rate 20/second burst 20 packets meta nftrace set 1',
  ]);
  expect(rules).toHaveLength(7);
});

test('every table belongs to the process that makes it, so the kernel removes it with that one', () => {
  const rules = traceRules('T', { protocol: 'udp', source: undefined, to: TO, devices: ['veth1'] }).split('\n');
  const tables = rules.filter((line) => line.startsWith('add table'));
  expect(tables).toEqual(['inet', 'bridge', 'netdev'].map((family) => `add table ${family} T { flags owner; }`));
  expect(rules).toContain('add chain netdev T ingress0 { type filter hook ingress device "veth1" priority -500; }');
  expect(rules.filter((line) => line.includes('arp daddr ip 10.0.0.3'))).toHaveLength(2);
});

test.each([
  ['IPv6', 'fd00::3', 'fd00::2', 'ip6 saddr fd00::2 ip6 daddr fd00::3 tcp dport 80'],
  ['an asker of the other family', '10.0.0.3', 'fd00::2', 'prerouting ip daddr 10.0.0.3 tcp dport 80'],
])('%s', (_, address, source, expected) => {
  const packets = { protocol: 'tcp', source, to: [{ address, port: 80 }], devices: ['"; flush ruleset'] } as const;
  const rules = traceRules('T', packets);
  expect(rules).toContain(expected);
  expect(rules).not.toMatch(/flush|netdev/);
});

// Printed by nft 1.0.6 on Linux 6.18.
const PRINTED = `ready
trace id 1 inet dbg_trace prerouting packet: iif "br-1" ip saddr 10.0.0.2 ip daddr 10.0.0.3 tcp dport 80 tcp flags == syn
trace id 1 inet dbg_trace prerouting rule ip daddr 10.0.0.3 tcp dport 80 meta nftrace set 1 (verdict continue)
trace id 1 inet dbg_trace prerouting policy accept 
trace id 1 inet x f packet: iif "br-1" oif "br-1" ip saddr 10.0.0.2 tcp dport 80 tcp flags == syn
trace id 1 inet x f rule tcp dport 80 counter packets 7 bytes 420 drop comment "reject (verdict drop)" (verdict drop)
trace id 2 inet x f rule tcp dport 80 counter packets 8 bytes 480 drop comment "reject (verdict drop)" (verdict drop)
trace id 3 inet y f policy drop 
trace id 4 ip z o rule tcp dport 80 reject with tcp reset (verdict drop)
trace id 5 ip z o rule tcp dport 81 accept (verdict accept)
`;

test('what took packets, and how many of them', () => {
  expect(parseTrace(PRINTED)).toEqual([
    { text: 'nft inet x f: tcp dport 80 drop comment "reject (verdict drop)"', verdict: 'drop', packets: 2 },
    { text: 'nft inet y f: policy drop', verdict: 'drop', packets: 1 },
    { text: 'nft ip z o: tcp dport 80 reject with tcp reset', verdict: 'reject', packets: 1 },
  ]);
  expect(parseTrace('failed\n')).toEqual([]);
});
