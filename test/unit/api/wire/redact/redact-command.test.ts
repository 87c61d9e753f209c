import { expect, test } from 'vitest';
import { redactCommands } from '../../../../../src/api/wire/redact/redact-command.ts';

// secrets.test.ts holds that no secret is seen. Here: that nothing else is hidden with it.

test.each([
  ["echo 'root:hunter2' | chpasswd", "echo 'root:[redacted]' | chpasswd"],
  ["printf 'ann:hunter2' | chpasswd -e", "printf 'ann:[redacted]' | chpasswd -e"],
  ['echo hunter2 | docker login -u ann --password-stdin', 'echo [redacted] | docker login -u ann --password-stdin'],
  ['echo -n hunter2 | docker secret create db -', 'echo -n [redacted] | docker secret create db -'],
  ['printf %s hunter2 | docker secret create db -', 'printf %s [redacted] | docker secret create db -'],
  ['echoes hunter2 | docker login -u ann --password-stdin', 'echoes hunter2 | docker login -u ann --password-stdin'],
  ['curl --key --cert a.pem', 'curl --key --cert a.pem'],
])('%s', (line, shown) => expect(redactCommands(line)).toBe(shown));
