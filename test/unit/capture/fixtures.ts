import type { Packet } from '../../../src/capture/formats/pcap.ts';

export interface CaptureKind {
  readonly littleEndian: boolean;
  readonly nanoseconds: boolean;
}

export const LITTLE: CaptureKind = { littleEndian: true, nanoseconds: false };

/** The four captures there are: either byte order, either unit. */
export const KINDS: readonly CaptureKind[] = [
  LITTLE,
  { littleEndian: true, nanoseconds: true },
  { littleEndian: false, nanoseconds: false },
  { littleEndian: false, nanoseconds: true },
];

export function fileHeader(kind: CaptureKind, linkType = 1, snapLength = 262144): Buffer {
  return numbers(
    kind,
    kind.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4,
    kind.littleEndian ? 0x00040002 : 0x00020004,
    0,
    0,
    snapLength,
    linkType,
  );
}

export function record(kind: CaptureKind, { seconds, nanoseconds, originalLength, data }: Packet): Buffer {
  const fraction = kind.nanoseconds ? nanoseconds : nanoseconds / 1000;
  return Buffer.concat([numbers(kind, seconds, fraction, data.length, originalLength), data]);
}

/** 32-bit numbers, one after the other. */
export function numbers({ littleEndian }: Pick<CaptureKind, 'littleEndian'>, ...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) {
    if (littleEndian) bytes.writeUInt32LE(value, at * 4);
    else bytes.writeUInt32BE(value, at * 4);
  }
  return bytes;
}

/** Packets of these lengths, one each microsecond. */
export function packets(...lengths: number[]): Packet[] {
  return lengths.map((length, at) => ({
    seconds: 1_700_000_000,
    nanoseconds: at * 1000,
    originalLength: length + 4,
    data: Buffer.alloc(length, at + 1),
  }));
}

/** Whole numbers below a limit, the same ones for the same seed (a linear congruential generator). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
