/** What the kernel needs to run a file (execve(2)), read from how it begins. */
export type Executable =
  /** ELF; `loader` is the program that it asks for (PT_INTERP), undefined for a static one */
  | { readonly kind: 'program'; readonly machine: string; readonly loader: string | undefined }
  /** begins with #!; `words` are the interpreter and what it is given */
  | { readonly kind: 'script'; readonly words: readonly string[]; readonly hasCarriageReturn: boolean }
  | { readonly kind: 'neither'; readonly isEmpty: boolean };

/** How a file begins: its first KB are enough. */
export function executableOf(beginning: Buffer): Executable {
  if (beginning.toString('latin1', 0, 4) === '\x7fELF') return programOf(beginning);
  if (beginning.toString('latin1', 0, 2) !== '#!') return { kind: 'neither', isEmpty: beginning.length === 0 };
  const line = beginning.toString('utf8', 2, 258).split('\n')[0]!;
  const words = line.split(/[ \t\r]+/).filter(Boolean);
  return { kind: 'script', words, hasCarriageReturn: line.endsWith('\r') };
}

/** The field e_machine (elf(5), elf.h), in Go's names, as images have them. */
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
/** Two that differ in the order of bytes alone. */
const LITTLE_ENDIAN: Readonly<Record<string, string>> = { ppc64: 'ppc64le', mips: 'mipsle' };

const PT_INTERP = 3;

function programOf(bytes: Buffer): Executable {
  const isWide = bytes[4] === 2;
  const isLittle = bytes[5] !== 2;
  const read = (at: number, size: 2 | 4) => {
    if (at + size > bytes.length) return 0;
    return isLittle ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
  };
  // Of a field of 8 bytes the lower half: what lies beyond 4 GB was not read.
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

/** A program has about ten. */
const MOST_HEADERS = 64;
