import { expect, test } from 'vitest';
import { arrivedByTerminal } from '../../../src/host/signals.ts';

// pid (comm) state ppid pgrp session tty_nr tpgid
const stat = (group: number, foreground: number) => `99 (node dbg) S 1 ${group} 7 34816 ${foreground} 4194304 0`;

test.each([
  ['Ctrl-C, dbg in the foreground', 'SIGINT', stat(99, 99), true],
  ['Ctrl-\\ as well', 'SIGQUIT', stat(99, 99), true],
  ['a TERM is never from a key', 'SIGTERM', stat(99, 99), false],
  ['dbg in the background', 'SIGINT', stat(99, 42), false],
  ['no terminal', 'SIGINT', stat(99, -1), false],
  ['no /proc', 'SIGINT', undefined, false],
] as const)('%s', (_, signal, text, expected) => expect(arrivedByTerminal(signal, text)).toBe(expected));
