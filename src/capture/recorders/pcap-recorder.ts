import { type Files, type FileWish, openCapture } from './capture-file.ts';
import { countRecords, fitting, type PcapHeader, pcapReader } from '../formats/pcap.ts';
import type { Recorder } from './recorder.ts';

/** The capture of one tap as tcpdump writes it: its bytes go through, parted at packets. */
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

/** What waits for a slow disk, in bytes, which is memory of dbg; then tcpdump waits, and the kernel's ring fills. */
export const MOST_WAITING = 8e6;
