import { type Files, type FileWish, openCapture } from './capture-file.ts';
import { countRecords, fitting, type PcapHeader, pcapReader } from '../formats/pcap.ts';
import type { Recorder } from './recorder.ts';

/**
 * Records the capture of one tap as tcpdump writes it. The bytes are passed on unchanged, and files
 * are split between packets.
 */
export async function pcapRecorder(files: Files, wish: FileWish): Promise<Recorder> {
  const reader = pcapReader();
  let header: PcapHeader | undefined;
  const file = await openCapture(files, wish, {
    cut: (part, limit) => fitting(part, header!, limit),
    count: (part) => countRecords(part, header!),
  });
  return {
    paths: file.paths,
    isLive: wish.path === '-',
    as: 'packets',
    begin: () => ({
      data: (piece) => {
        const records = reader.push(piece);
        if (!header && reader.header()) file.begin((header = reader.header()!).bytes);
        if (records.length > 0) file.write(records);
      },
      end: () => undefined,
    }),
    isBehind: () => file.waiting() > MOST_WAITING,
    tick: () => undefined,
    onEnding: file.onEnding,
    written: file.written,
    finish: file.close,
  };
}

/**
 * How many bytes may wait for a slow disk, in the memory of dbg. Beyond that tcpdump has to wait,
 * and the kernel's ring fills.
 */
export const MOST_WAITING = 8e6;
