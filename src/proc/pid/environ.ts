/**
 * Reads /proc/PID/environ (proc_pid_environ(5)): the variables with which a process was started, in
 * their order. What the process has set since is not in there. A name may occur twice. An entry
 * without "=" is left out.
 */
export function parseEnviron(text: string): [name: string, value: string][] {
  return text.split('\0').flatMap((entry): [string, string][] => {
    const end = entry.indexOf('=');
    return end < 0 ? [] : [[entry.slice(0, end), entry.slice(end + 1)]];
  });
}
