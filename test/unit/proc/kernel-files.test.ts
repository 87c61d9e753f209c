import { expect, test } from 'vitest';
import { parseKernelConfig, parseModules } from '../../../src/proc/kernel-files.ts';

test('the options that are on', () => {
  const text = [
    '# Automatically generated file; DO NOT EDIT.',
    'CONFIG_NF_TABLES=m',
    'CONFIG_NETFILTER_EGRESS=y',
    '# CONFIG_NET_SCH_NETEM is not set',
    'CONFIG_LOCALVERSION=""',
    'CONFIG_NR_CPUS=8192',
    '',
  ].join('\n');
  expect([...parseKernelConfig(text)]).toEqual([
    ['CONFIG_NF_TABLES', 'm'],
    ['CONFIG_NETFILTER_EGRESS', 'y'],
  ]);
});

test.each([
  ['modules.builtin', 'kernel/net/packet/af_packet.ko\nkernel/net/unix/unix_diag.ko\n', ['af_packet', 'unix_diag']],
  [
    'modules.dep',
    'kernel/net/sched/sch_netem.ko.xz:\nkernel/net/netfilter/nft-numgen.ko.zst: kernel/net/netfilter/nf_tables.ko.zst\n',
    ['sch_netem', 'nft_numgen'],
  ],
  ['/proc/modules', 'veth 36864 0 - Live 0x0000000000000000\nsch_tbf 20480 2 - Live 0x0\n', ['veth', 'sch_tbf']],
])('the names in %s', (_, text, names) => {
  expect([...parseModules(text)]).toEqual(names);
});
