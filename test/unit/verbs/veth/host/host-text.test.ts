import { expect, test } from 'vitest';
import { dotText, mermaidText } from '../../../../../src/verbs/veth/host/host-graph.ts';
import { mappedRecord, mapRecords } from '../../../../../src/verbs/veth/host/host-record.ts';
import { mapTable } from '../../../../../src/verbs/veth/host/host-text.ts';
import { bridge, hostLink, map, room, second, secondRoom } from '../../../network/map/fixtures.ts';

const BAD = 'a"b\\N<b>;]|[\u001b[2J';
const drawn = map({
  rooms: [room('web', { sharedBy: ['side'] }), secondRoom(), room('onhost', { inside: undefined })],
  hostLinks: [bridge, hostLink({ flags: [], alias: `dbg cut 0a1b2c3d ${BAD} ann 1764000000 0 web/eth0` }), second],
});

test('a table: a part for each network, no dash where there is nothing to note', () =>
  expect(mapTable(drawn)).toBe(
    [
      'CONTAINER  INTERFACE  ADDRESS        HOST DEVICE  INDEX  STATE  PROOF      NOTES',
      'app_net: br-f00f00f00f00, mtu 1500',
      'db         eth0       172.20.0.4/16  veth40       40     up     both ways',
      'web        eth0       172.20.0.3/16  veth30       30     down   both ways  cut: a"b\\N<b>;]|[\\e[2J; shared by side',
      '',
      "onhost  uses the host's own network",
      '',
    ].join('\n'),
  ));

test('rates are two columns more', () => {
  const rates = new Map([[drawn.interfaces[0]!, { rx: 1234, tx: 0 }]]);
  const [header, , db, web] = mapTable(drawn, rates).split('\n');
  expect(header).toMatch(/PROOF +RX +TX +NOTES$/);
  expect(db).toMatch(/both ways {2}1.23kB\/s {2}0B\/s$/);
  expect(web).toMatch(/both ways {2}- {9}- {5}cut: /);
});

test('80 columns: rates and notes stay, an index and a proof go', () => {
  const rates = new Map(drawn.interfaces.map((each) => [each, { rx: 123_456, tx: 12_345_678 }]));
  const [header, , db, web] = mapTable(drawn, rates, { width: 80 }).split('\n');
  expect(header).not.toMatch(/INDEX|PROOF/);
  expect(db).toContain('123kB/s  12.3MB/s');
  expect(web).toMatch(/12.3MB\/s {2}cut: .*; shared by side$/);
  expect(
    Math.max(
      ...mapTable(drawn, rates, { width: 90 })
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(90);
  expect(mapTable(drawn, rates, { width: 200 })).toBe(mapTable(drawn, rates));
});

test('what is cut is red', () => {
  const [, , db, web] = mapTable(drawn, undefined, { isColoured: true }).split('\n');
  expect(db).not.toContain('\u001b');
  expect([web?.startsWith('\u001b[31mweb '), web?.endsWith('\u001b[0m')]).toEqual([true, true]);
});

test('nothing runs: nothing', () => expect(mapTable(map({ rooms: [] }))).toBe(''));

test('every record has the same keys', () => {
  const keys = mapRecords(drawn).map((record) => Object.keys(record));
  expect(keys).toHaveLength(3);
  for (const each of keys) expect(each).toEqual(keys[0]);
  expect(mapRecords(drawn).at(-1)).toMatchObject({ container: 'onhost', interface: null, network: 'host' });
  expect(mappedRecord(drawn.interfaces[1]!)).toMatchObject({
    container: 'web',
    mtu: 1500,
    shared_by: ['side'],
    cut: BAD,
    problems: ['down'],
  });
});

test('Graphviz: what comes from outside can end no string', () => {
  const lines = dotText(drawn).split('\n');
  expect(lines).toContain('  n0 [label="app_net\\nbr-f00f00f00f00", shape=ellipse];');
  expect(lines).toContain('  c1 [label="web\\nside", shape=box];');
  expect(lines).toContain(
    '  c1 -- n0 [label="eth0 – veth30\\n172.20.0.3/16\\ncut: a\\"b\\\\N<b>;]|[\\\\e[2J", color=red, fontcolor=red];',
  );
  expect(lines).toContain(`  c2 [label="onhost\\nuses the host's own network", shape=box];`);
});

test('Mermaid: what comes from outside is neither Markdown nor HTML', () => {
  const text = mermaidText(drawn);
  expect(text).toMatch(/^flowchart LR\n {2}n0\(\["app_net<br>br-f00f00f00f00"\]\)\n/);
  expect(text).toContain('cut: a#34;b#92;N#60;b#62;#59;#93;#124;#91;#92;e#91;2J"| n0\n');
  expect(text).toContain('linkStyle 1 stroke:red');
});
