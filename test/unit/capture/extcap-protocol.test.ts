import { expect, test } from 'vitest';
import {
  configText,
  containerOf,
  interfacesText,
  interfaceValue,
  intoFifo,
  linkTypesText,
} from '../../../src/capture/extcap-protocol.ts';
import { ID } from '../fakes.ts';

test('the interfaces', () =>
  expect(interfacesText('1.2', [{ id: ID, name: 'web', image: 'nginx:1' }])).toBe(
    'extcap {version=1.2}{display=dbg: containers}\ninterface {value=dbg-web}{display=web (nginx:1)}\n',
  ));

test.each([
  ['a} {value=x', 'a) (value=x'],
  ['a\ninterface {value=evil}', 'a\\ninterface (value=evil)'],
  ['a\u001b[31m\u202e', 'a\\e[31m\\u202e'],
  ['é', 'é'],
])('%j of an image stays in its place', (image, shown) =>
  expect(interfacesText('1', [{ id: ID, name: 'web', image }]).split('\n')[1]).toBe(
    `interface {value=dbg-web}{display=web (${shown})}`,
  ),
);

test.each([
  ['web', 'dbg-web'],
  ['shop-web_1.x', 'dbg-shop-web_1.x'],
  ['--fifo', 'dbg-c0ffee000000'],
  ['a}b', 'dbg-c0ffee000000'],
  ['', 'dbg-c0ffee000000'],
])('%j is the interface %s', (name, value) => expect(interfaceValue({ name, id: ID })).toBe(value));

test.each([
  ['dbg-web', 'web'],
  ['dbg-dbg-web', 'dbg-web'],
  ['dbg-', undefined],
  ['eth0', undefined],
  ['', undefined],
])('the interface %j is the container %s', (value, name) => expect(containerOf(value)).toBe(name));

test('each answer is lines of one sentence', () => {
  for (const text of [configText(), linkTypesText()]) {
    expect(text).toMatch(/^((arg|dlt) (\{[a-z]+=[^{}\n]+\})+\n)+$/);
  }
});

test('the FIFO and the filter are words of their own', () =>
  expect(intoFifo('/tmp/a b', ['tcpdump', '--', 'port 80']).slice(3)).toEqual([
    'dbg',
    '/tmp/a b',
    'tcpdump',
    '--',
    'port 80',
  ]));
