/** What the kernel needs to run a file (execve(2)), read from the file's first bytes. */
export type Executable =
  /**
   * an ELF file; `loader` is the program that it asks for (PT_INTERP), undefined for a static one
   */
  | { readonly kind: 'program'; readonly machine: string; readonly loader: string | undefined }
  /** a file that begins with #!; `words` are the interpreter and its arguments */
  | { readonly kind: 'script'; readonly words: readonly string[]; readonly hasCarriageReturn: boolean }
  | { readonly kind: 'neither'; readonly isEmpty: boolean };

/** Reads the first bytes of a file. 1 KB is enough. */
export function executableOf(beginning: Buffer): Executable {
  if (beginning.toString('latin1', 0, 4) === '\x7fELF') return programOf(beginning);
  if (beginning.toString('latin1', 0, 2) !== '#!') return { kind: 'neither', isEmpty: beginning.length === 0 };
  const line = beginning.toString('utf8', 2, 258).split('\n')[0]!;
  const words = line.split(/[ \t\r]+/).filter(Boolean);
  return { kind: 'script', words, hasCarriageReturn: line.endsWith('\r') };
}

/** The field e_machine (elf(5), elf.h) by Go's names, which images use. */
const MACHINES: Readonly<Record<number, string>> = {
  3: '386',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};
/** The names of those that differ only in the order of bytes. */
const LITTLE_ENDIAN: Readonly<Record<string, string>> = { ppc64: 'ppc64le', mips: 'mipsle' };

const PT_INTERP = 3;

function programOf(bytes: Buffer): Executable {
  const isWide = bytes[4] === 2;
  const isLittle = bytes[5] !== 2;
  const read = (at: number, size: 2 | 4) => {
    if (at + size > bytes.length) return 0;
    return isLittle ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
  };
  // The lower half of a field of 8 bytes is enough, because a file is not read beyond 4 GB.
  const offset = (at: number) => read(isWide && !isLittle ? at + 4 : at, 4);
  const number = read(18, 2);
  const name = MACHINES[number] ?? `machine ${number}`;
  const machine = (isLittle && LITTLE_ENDIAN[name]) || name;
  const [table, size, count] = isWide ? [offset(32), read(54, 2), read(56, 2)] : [offset(28), read(42, 2), read(44, 2)];
  for (let index = 0; index < Math.min(count, MOST_HEADERS); index++) {
    const at = table + index * size;
    if (read(at, 4) !== PT_INTERP) continue;
    const from = offset(at + (isWide ? 8 : 4));
    const length = offset(at + (isWide ? 32 : 16));
    const loader = bytes.toString('utf8', from, from + Math.min(length, 4096)).split('\0')[0];
    return { kind: 'program', machine, loader: loader || undefined };
  }
  return { kind: 'program', machine, loader: undefined };
}

/** At most so many program headers are read. A program has about ten. */
const MOST_HEADERS = 64;
