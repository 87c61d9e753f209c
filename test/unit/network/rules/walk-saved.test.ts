import { expect, test } from 'vitest';
import { walkSaved } from '../../../../src/network/rules/walk-saved.ts';

const PACKET = {
  hook: 'forward' as const,
  source: '192.0.2.7',
  destination: '10.0.0.2',
  port: 80,
  protocol: 'tcp' as const,
  from: 'eth0',
  to: 'docker0',
};

/** As Docker 20.10 makes them, with rules of a person's in DOCKER-USER. */
const saved = (...rules: readonly string[]) => `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A DOCKER -d 10.0.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
${rules.map((rule) => `-A DOCKER-USER ${rule}\n`).join('')}-A DOCKER-USER -j RETURN
COMMIT
`;

test.each([
  ['none', [], 'accept', true],
  ['of this address', ['-s 192.0.2.7/32 -j DROP'], 'drop', true],
  ['of another address', ['-s 192.0.2.8/32 -j DROP'], 'accept', true],
  ['of all but this network', ['! -s 192.0.2.0/24 -i eth0 -j DROP'], 'accept', true],
  ['of all but another network', ['! -s 10.1.0.0/16 -i eth+ -m comment --comment "-j ACCEPT" -j DROP'], 'drop', true],
  ['of this port', ['-p tcp -m multiport --dports 22,79:81 -j REJECT --reject-with tcp-reset'], 'reject', true],
  ['of another protocol', ['-p udp -m udp --dport 80 -j DROP'], 'accept', true],
  ['of new connections', ['-i eth0 -m conntrack --ctstate NEW -j DROP'], 'drop', true],
  ['that allows', ['-s 192.0.2.7/32 -j ACCEPT', '-j DROP'], 'accept', true],
  ['that logs', ['-j LOG --log-prefix "-j DROP"'], 'accept', true],
  ['that is not understood, and drops', ['-m set --match-set bad src -j DROP'], 'drop', false],
  ['that is not understood, and allows', ['-m set --match-set good src -j ACCEPT', '-i eth0 -j DROP'], 'drop', false],
  ['that leads back', ['-j DOCKER-USER'], 'accept', true],
])('a rule %s', (_, rules, verdict, isSure) =>
  expect(walkSaved('iptables', saved(...rules), PACKET)).toMatchObject({ verdict, isSure }),
);

test('the policy decides where no rule does', () => {
  expect(walkSaved('iptables', saved(), { ...PACKET, port: 81 })).toEqual({
    verdict: 'drop',
    rule: 'iptables -t filter -P FORWARD DROP',
    isSure: true,
  });
  expect(walkSaved('iptables', '', PACKET).verdict).toBe('accept');
});
