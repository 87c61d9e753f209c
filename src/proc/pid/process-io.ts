/** What a process has moved from and to block devices, in bytes. */
export interface ProcessIo {
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/**
 * Reads /proc/PID/io (proc_pid_io(5)), which only the process' owner and root may read; undefined
 * for another text.
 */
export function parseProcessIo(text: string | undefined): ProcessIo | undefined {
  const value = (name: string) => new RegExp(`^${name}: (\\d+)$`, 'm').exec(text ?? '')?.[1];
  const [read, written] = [value('read_bytes'), value('write_bytes')];
  return read === undefined || written === undefined
    ? undefined
    : { readBytes: Number(read), writtenBytes: Number(written) };
}
