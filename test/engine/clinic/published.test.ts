import { vi } from 'vitest';
import type { Lab } from '../support/lab.ts';
import { clinic, type Fault } from './clinic.ts';

/** A container that publishes port 80, with something that listens there, and waits until it does. */
async function published(lab: Lab, listens: string, hex: RegExp): Promise<string[]> {
  const web = await lab.run('web', { options: ['-p', '80'], command: ['httpd', '-f', '-p', listens] });
  await vi.waitFor(async () => {
    const sockets = await lab.docker('exec', web, 'cat', '/proc/net/tcp', '/proc/net/tcp6');
    if (!hex.test(sockets)) throw new Error(sockets);
  }, 20_000);
  return [web];
}

const UNHEARD: Fault[] = [
  {
    title: 'its published port refuses: nothing listens in the container',
    first: 'network.published-unheard',
    severity: 'suspect',
    says: /publishes port 80\/tcp, as \d+ of the host, but nothing in it listens there/,
    make: async (lab) => [await lab.run('web', { options: ['-p', '80'] })],
  },
  {
    title: 'its published port resets: it listens on localhost alone',
    first: 'network.published-unheard',
    severity: 'suspect',
    says: /publishes port 80\/tcp, .* on 127.0.0.1 or ::1 alone/,
    make: async (lab) => published(lab, '127.0.0.1:80', /0100007F:0050 .* 0A /),
  },
];

clinic('published ports', UNHEARD, [
  { title: 'its published port is listened on', make: async (lab) => published(lab, '80', /0+:0050 .* 0A /) },
]);
