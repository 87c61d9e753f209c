import { describe, expect, test } from 'vitest';
import { bannerText } from '../../../../src/verbs/shell/session/banner.ts';
import { withPrompt } from '../../../../src/verbs/shell/session/prompt.ts';
import { plainEntry } from '../../../../src/enter/nsenter.ts';
import { eventReader } from '../../../../src/engine/engine-events.ts';
import type { ContainerEvent } from '../../../../src/engine/engine-events.ts';
import { container } from '../../fakes.ts';

const target = {
  container: container({ name: 'w$(reboot)`\\e', image: 'evil\u001b[2J', networkMode: 'app' }),
  pid: 7,
  startTime: '9',
};

describe('the prompt', () => {
  const facts = {
    target,
    hostName: 'h$x',
    isHostNetwork: false,
    folder: "/opt/d'bg",
    zdotdir: '/home/ann/z',
    home: '/home/ann',
  };

  test('holds nothing that a shell would expand', () => {
    const { env } = withPrompt('/bin/sh', facts);
    expect(env).toMatchObject({ DBG_CONTAINER: 'w??reboot???e', DBG_HOST: 'h?x', PS1: '[w??reboot???e@h?x] $ ' });
  });

  test.each([
    ['/bin/bash', ['/bin/bash', '--rcfile', "/opt/d'bg/bashrc"]],
    ['/usr/bin/zsh', ['/usr/bin/zsh']],
    ['fish', ['fish', '--init-command', "source '/opt/d\\'bg/prompt.fish'"]],
    ['/bin/dash', ['/bin/dash']],
  ])('%s', (shell, argv) => expect(withPrompt(shell, facts).argv).toEqual(argv));

  test("zsh finds the person's own files", () => {
    expect(withPrompt('zsh', facts).env).toMatchObject({ ZDOTDIR: "/opt/d'bg/zsh", DBG_ZDOTDIR: '/home/ann/z' });
  });
});

test('the banner is safe to print', () => {
  expect(bannerText(target, plainEntry(), false)).toBe(
    "dbg: w$(reboot)`\\e (evil\\e[2J, network app) · joined: net, uts, ipc · its files: $DBG_ROOT (an absolute link in it leads to the HOST's: dbg cat)\n",
  );
  expect(bannerText(target, plainEntry(['mnt']), true)).toContain("the HOST's network");
});

test('events come in pieces, between headers and rubbish', () => {
  const heard: ContainerEvent[] = [];
  const read = eventReader((event) => heard.push(event));
  const text =
    'HTTP/1.0 200 OK\r\n\r\n{"Action":"die","Actor":{"Attributes":{"exitCode":"137"}}}\n{"Action":"start"}\n{broken\n{"Action":5}\n';
  for (const char of text) read(Buffer.from(char));
  expect(heard).toEqual([
    { action: 'die', exitCode: '137' },
    { action: 'start', exitCode: undefined },
  ]);
});
