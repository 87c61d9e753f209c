import { expect, test } from 'vitest';
import { executableOf } from '../../../../src/why/container/life/executable.ts';

interface Elf {
  readonly bits?: 32 | 64;
  readonly order?: 'little' | 'big';
  readonly machine: number;
  readonly loader?: string;
}

/**
 * The header of a program with one program header, of which only the fields that are read are
 * filled (elf(5)).
 */
function elf({ bits = 64, order = 'little', machine, loader }: Elf): Buffer {
  const bytes = Buffer.alloc(256);
  const write = (value: number, at: number, size: number) =>
    order === 'little' ? bytes.writeUIntLE(value, at, size) : bytes.writeUIntBE(value, at, size);
  const wide = (value: number, at: number) => write(value, bits === 64 && order === 'big' ? at + 4 : at, 4);
  bytes.write('\x7fELF', 'latin1');
  bytes[4] = bits === 64 ? 2 : 1;
  bytes[5] = order === 'little' ? 1 : 2;
  write(machine, 18, 2);
  wide(64, bits === 64 ? 32 : 28);
  write(56, bits === 64 ? 54 : 42, 2);
  write(loader === undefined ? 0 : 1, bits === 64 ? 56 : 44, 2);
  if (loader === undefined) return bytes;
  write(3, 64, 4);
  wide(128, 64 + (bits === 64 ? 8 : 4));
  wide(loader.length + 1, 64 + (bits === 64 ? 32 : 16));
  bytes.write(loader, 128);
  return bytes;
}

const GLIBC = '/lib64/ld-linux-x86-64.so.2';

test.each([
  ['static', elf({ machine: 62 }), { machine: 'amd64', loader: undefined }],
  ['dynamic', elf({ machine: 62, loader: GLIBC }), { machine: 'amd64', loader: GLIBC }],
  [
    'arm64',
    elf({ machine: 183, loader: '/lib/ld-musl-aarch64.so.1' }),
    { machine: 'arm64', loader: '/lib/ld-musl-aarch64.so.1' },
  ],
  [
    'arm',
    elf({ bits: 32, machine: 40, loader: '/lib/ld-linux-armhf.so.3' }),
    { machine: 'arm', loader: '/lib/ld-linux-armhf.so.3' },
  ],
  [
    's390x, the other order of bytes',
    elf({ order: 'big', machine: 22, loader: '/lib/ld64.so.1' }),
    { machine: 's390x', loader: '/lib/ld64.so.1' },
  ],
  ['ppc64le', elf({ machine: 21 }), { machine: 'ppc64le', loader: undefined }],
  ['one that nobody has heard of', elf({ machine: 9999 }), { machine: 'machine 9999', loader: undefined }],
  ['one that breaks off', elf({ machine: 62, loader: GLIBC }).subarray(0, 70), { machine: 'amd64', loader: undefined }],
  ['one that breaks off sooner', Buffer.from('\x7fELF', 'latin1'), { machine: 'machine 0', loader: undefined }],
])('a program: %s', (_, bytes, expected) => {
  expect(executableOf(bytes)).toEqual({ kind: 'program', ...expected });
});

test.each([
  ['#!/bin/sh\nexit', ['/bin/sh'], false],
  ['#! /usr/bin/env -S python3 -u\n', ['/usr/bin/env', '-S', 'python3', '-u'], false],
  ['#!/bin/sh\r\nexit\r\n', ['/bin/sh'], true],
  ['#!/bin/sh -e\r\n', ['/bin/sh', '-e'], true],
  ['#!', [], false],
])('a script: %j', (text, words, hasCarriageReturn) => {
  expect(executableOf(Buffer.from(text))).toEqual({ kind: 'script', words, hasCarriageReturn });
});

test.each([
  ['', true],
  ['exec sleep 1\n', false],
  ['\ufeff#!/bin/sh\n', false],
])('neither: %j', (text, isEmpty) => {
  expect(executableOf(Buffer.from(text))).toEqual({ kind: 'neither', isEmpty });
});
