import { expect, test } from 'vitest';
import { isMasqueraded } from '../../../../src/network/rules/masquerade.ts';

test.each([
  ['-A POSTROUTING -s 10.0.0.0/24 ! -o br-app -j MASQUERADE', true],
  ['-A POSTROUTING -s 10.0.1.0/24 ! -o br-app -j MASQUERADE', false],
  ['-A POSTROUTING -o eth0 -j MASQUERADE', true],
  ['-A POSTROUTING ! -s 10.0.0.0/24 -j SNAT --to-source 192.0.2.1', false],
  ['-A POSTROUTING -s 10.0.0.2/32 -d 10.0.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE', false],
  ['-A POSTROUTING -s 10.0.0.0/99 -j MASQUERADE', false],
  ['\t\toifname != "br-app" ip saddr 10.0.0.0/24 counter packets 0 bytes 0 masquerade', true],
  [':POSTROUTING ACCEPT [0:0]', false],
])('%s', (rules, is) => expect(isMasqueraded(`*nat\n${rules}\nCOMMIT`, '10.0.0.2')).toBe(is));
