import { expect, test } from 'vitest';
import { dockerFormat } from '../../../../src/verbs/top/docker-format.ts';
import { dockerRow } from '../../../../src/verbs/top/docker-row.ts';
import { usage } from './usage-fixture.ts';

const row = dockerRow(usage(), [], false);
const write = (template: string) => dockerFormat(template)([row]);

test("docker's words for the figures", () =>
  expect(row).toEqual({
    BlockIO: '4.1kB / 0B',
    CPUPerc: '12.35%',
    Container: 'c0ffee000000',
    ID: 'c0ffee000000',
    MemPerc: '25.00%',
    MemUsage: '16MiB / 64MiB',
    Name: 'web',
    NetIO: '1.5kB / 20B',
    PIDs: '3',
  }));

test('a container as it was typed; a whole id', () => {
  expect(dockerRow(usage(), ['db', 'web'], false).Container).toBe('web');
  expect(dockerRow(usage(), ['c0ff'], false).Container).toBe('c0ff');
  expect(dockerRow(usage(), [], true).ID).toHaveLength(64);
});

test('what is not known is 0, as for a container that does not run', () => {
  const nothing = { cpu: undefined, memory: undefined, network: undefined, io: undefined, pids: undefined };
  expect(dockerRow(usage(nothing), [], false)).toMatchObject({
    BlockIO: '0B / 0B',
    CPUPerc: '0.00%',
    MemPerc: '0.00%',
    MemUsage: '0B / 0B',
    NetIO: '0B / 0B',
    PIDs: '0',
  });
});

// What docker 28.2 printed for the same templates.
test.each([
  ['{{.Name}}: {{.CPUPerc}}', 'web: 12.35%\n'],
  ['{{ .Name }}\\t{{.PIDs}}', 'web\t3\n'],
  ['{{json .Name}} {{upper .Name}} {{lower .ID}}', '"web" WEB c0ffee000000\n'],
  [
    'json',
    '{"BlockIO":"4.1kB / 0B","CPUPerc":"12.35%","Container":"c0ffee000000","ID":"c0ffee000000","MemPerc":"25.00%","MemUsage":"16MiB / 64MiB","Name":"web","NetIO":"1.5kB / 20B","PIDs":"3"}\n',
  ],
  ['table {{.Name}}\\t{{.MemUsage}}', 'NAME      MEM USAGE / LIMIT\nweb       16MiB / 64MiB\n'],
  ['table {{.Name}}', 'NAME\nweb\n'],
  ['no placeholder', 'no placeholder\n'],
])('%s', (template, text) => expect(write(template)).toBe(text));

test('the table without a template', () =>
  expect(write('table')).toBe(
    'CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O       BLOCK I/O    PIDS\n' +
      'c0ffee000000   web       12.35%    16MiB / 64MiB       25.00%    1.5kB / 20B   4.1kB / 0B   3\n',
  ));

test.each(['{{.Nmae}}', '{{.Name', 'x}}', '{{range .}}', '{{printf "%s" .Name}}', '{{}}'])(
  '%s is refused with the placeholders that there are',
  (template) => expect(() => dockerFormat(template)).toThrow(/--format .*\.CPUPerc/),
);

test('a name that drives a terminal is escaped', () => {
  const hostile = dockerRow(usage({ name: 'a\u001b[2J' }), [], false);
  expect(dockerFormat('{{.Name}}')([hostile])).toBe('a\\e[2J\n');
  expect(dockerFormat('table {{.Name}}')([hostile])).not.toContain('\u001b');
});
