import { realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * The block device that this machine's files are on; the path of one that does not exist where they
 * are on none.
 */
export function diskOfFiles(): { readonly number: string; readonly device: string } {
  const { dev } = statSync('/');
  const number = `${(dev >> 8) & 0xfff}:${dev & 0xff}`;
  try {
    return { number, device: `/dev/${basename(realpathSync(`/sys/dev/block/${number}`))}` };
  } catch {
    return { number, device: '/dev/none' };
  }
}
