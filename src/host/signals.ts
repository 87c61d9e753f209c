/**
 * Did the terminal send this signal? Ctrl-C and Ctrl-\ go to every process of the terminal's foreground group, so when
 * dbg is in it, the tool has had the signal already, and a second one would make many tools quit at once.
 * `stat` is /proc/self/stat: field 5 is the process group, field 8 the terminal's foreground group (proc(5)).
 */
export function arrivedByTerminal(signal: NodeJS.Signals, stat: string | undefined): boolean {
  if ((signal !== 'SIGINT' && signal !== 'SIGQUIT') || stat === undefined) return false;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [group, foreground] = [fields[2], fields[5]];
  return foreground !== '-1' && group === foreground;
}
