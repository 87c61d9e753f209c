/** "1 process", "2 processes". */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${count} ${count === 1 ? one : several}`;

/**
 * A process in a sentence: its PID on the host and the kernel's name for it. A process may choose
 * that name itself.
 */
export const processName = ({ pid, command }: { readonly pid: number; readonly command: string }): string =>
  `${pid} (${command})`;

/** The first few of many, and how many more there are. */
export function firstOf(names: readonly string[], most = 3): string {
  const rest = names.length - most;
  return `${names.slice(0, most).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** A share from 0 to 1 as people read it: "97 %". */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;
