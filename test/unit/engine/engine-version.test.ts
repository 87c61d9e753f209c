import { expect, test } from 'vitest';
import { parseVersion } from '../../../src/engine/engine-version.ts';

test("Docker's answer to GET /version", () => {
  const answer = {
    Components: [
      { Name: 'Engine', Version: '20.10.24+dfsg1' },
      { Name: 'containerd', Version: '1.6.20' },
    ],
    Version: '20.10.24+dfsg1',
    ApiVersion: '1.41',
    MinAPIVersion: '1.12',
    KernelVersion: '6.1.0-42-amd64',
  };
  expect(parseVersion(answer)).toEqual({
    name: 'Docker',
    version: '20.10.24+dfsg1',
    api: '1.41',
    kernel: '6.1.0-42-amd64',
  });
});

test("Podman's", () => {
  const answer = { Components: [{ Name: 'Podman Engine', Version: '4.3.1' }], Version: '4.3.1', ApiVersion: '1.41' };
  expect(parseVersion(answer)).toEqual({ name: 'Podman', version: '4.3.1', api: '1.41', kernel: '' });
});

test.each([[null], ['no'], [[]], [{ Version: 7, ApiVersion: {} }]])('%j says nothing', (answer) => {
  expect(parseVersion(answer)).toEqual({ name: 'Docker', version: '', api: '', kernel: '' });
});
