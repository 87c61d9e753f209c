import { expect, test } from 'vitest';
import type { ContainerFile } from '../../../../src/engine/ways/archive.ts';
import { entryPointOf } from '../../../../src/jobs/why/entry-probe.ts';
import { container, fakeEngine } from '../../fakes.ts';

const file = (begins: string, mode = 0o755): ContainerFile => ({
  kind: 'file',
  mode,
  target: '',
  beginning: Buffer.from(begins, 'latin1'),
});
const link = (target: string): ContainerFile => ({ ...file('', 0o777), kind: 'link', target });
const SHELL = file('\x7fELF');

/** The steps, each with whether its file is there, and what was asked. */
async function steps(path: string, files: Readonly<Record<string, ContainerFile>>, env: readonly string[] = []) {
  const asked: string[] = [];
  const engine = {
    ...fakeEngine([]),
    file: async (_: unknown, name: string) => {
      asked.push(name);
      return files[name];
    },
  };
  const given = container({ workingDir: '/srv', env });
  const { steps: found } = await entryPointOf(engine, given, { path });
  return { asked, found: found.map((step) => `${step.path}${step.file ? '' : ' missing'}`) };
}

test.each([
  ['a program', '/bin/sh', { '/bin/sh': SHELL }, ['/bin/sh']],
  ['relative to its folder', './app', { '/srv/app': SHELL }, ['/srv/app']],
  ['in PATH, behind one that is not executable', 'app', { '/a/app': file('', 0o644), '/b/app': SHELL }, ['/b/app']],
  ['in PATH, and only one that is not executable', 'app', { '/a/app': file('', 0o644) }, ['/a/app']],
  ['nowhere in PATH', 'app', {}, ['app missing']],
  ['a script and its shell', '/app', { '/app': file('#!/bin/sh\n'), '/bin/sh': SHELL }, ['/app', '/bin/sh']],
  ['a link to its shell', '/app', { '/app': file('#!/sh\n'), '/sh': link('/x'), '/x': SHELL }, ['/app', '/sh']],
  ['a link to nothing', '/app', { '/app': link('/x') }, ['/app missing']],
  ['a script by env', '/app', { '/app': file('#!/usr/bin/env -S A=1 py -u\n') }, ['/app', 'py missing']],
  ['one that interprets itself', '/app', { '/app': file('#!/app\n') }, Array.from({ length: 5 }, () => '/app')],
])('%s', async (_, path, files: Readonly<Record<string, ContainerFile>>, expected) => {
  expect((await steps(path, files, ['PATH=/c:/a:/b'])).found).toEqual(expected);
});

test('without PATH, the folders of docker; with a long one, not all', async () => {
  expect((await steps('app', { '/usr/bin/app': SHELL })).found).toEqual(['/usr/bin/app']);
  const long = `PATH=${Array.from({ length: 1000 }, (_, at) => `/${at}`).join(':')}`;
  expect((await steps('app', {}, [long])).asked).toHaveLength(16);
});
