/**
 * Reads /proc/PID/environ (proc_pid_environ(5)): what a process was started with, in that order,
 * whatever it has set since. A name may stand there twice; what has no "=" is left out.
 */
export function parseEnviron(text: string): [name: string, value: string][] {
  return text.split('\0').flatMap((entry): [string, string][] => {
    const end = entry.indexOf('=');
    return end < 0 ? [] : [[entry.slice(0, end), entry.slice(end + 1)]];
  });
}
