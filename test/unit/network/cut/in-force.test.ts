import { describe, expect, test } from 'vitest';
import { isInForce, parseTables } from '../../../../src/network/cut/in-force.ts';
import type { Mark } from '../../../../src/network/cut/mark.ts';
import type { Link } from '../../../../src/network/links.ts';
import { link } from '../../fakes.ts';

/** As nft 1.0.6 prints it. */
const LISTED = `table netdev dbg_57 {
\tchain out {
\t\ttype filter hook ingress device "veth57" priority -500; policy accept;
\t\tiif != 57 accept
\t\tcounter drop
\t}

\tchain in {
\t\ttype filter hook egress device "veth57" priority -500; policy accept;
\t\toif != 57 accept
\t\tcounter drop
\t}
}
table netdev filter {
\tset s {
\t\ttype ipv4_addr
\t}
}
`;

test('the tables, by name', () => {
  expect([...parseTables(LISTED).keys()]).toEqual(['dbg_57', 'filter']);
  expect(parseTables(LISTED).get('filter')).toBe('\tset s {\n\t\ttype ipv4_addr\n\t}\n');
  expect(parseTables('').size).toBe(0);
});

describe('in force', () => {
  const mark = (what: string): Mark => ({
    id: '0123abcd',
    what,
    by: 'ann',
    since: 1,
    until: 0,
    whose: 'web/eth0',
    foreign: '',
  });
  const several = LISTED.replaceAll('device "veth57"', 'devices = { "a", "veth57" }');
  test.each<[string, Partial<Link>, string, boolean]>([
    ['blackhole', {}, LISTED, true],
    ['blackhole', {}, several, true],
    ['blackhole', {}, '', false],
    ['blackhole', { name: 'renamed' }, LISTED, false],
    ['blackhole', { ifindex: 58 }, LISTED, false],
    ['drop:db:80/tcp,in', {}, LISTED, true],
    ['loss:30%', {}, LISTED.replaceAll('\t\tcounter drop\n', ''), false],
    ['loss:30%,rate:8bit', { qdisc: 'tbf' }, LISTED, true],
    ['loss:30%,rate:8bit', { qdisc: 'noqueue' }, LISTED, false],
    ['delay:1ms', { qdisc: 'netem' }, '', true],
    ['delay:1ms', { qdisc: 'fq_codel' }, '', false],
    ['down', { flags: ['BROADCAST'] }, '', true],
    ['down', { flags: ['BROADCAST', 'UP'] }, '', false],
  ])('%s of %j', (what, over, text, is) =>
    expect(isInForce(mark(what), link({ name: 'veth57', ifindex: 57, ...over }), parseTables(text))).toBe(is),
  );

  test('where nft cannot be asked, the mark is all that is known', () =>
    expect(isInForce(mark('blackhole'), link(), undefined)).toBe(true));
});
