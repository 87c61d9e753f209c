/**
 * The options of a kernel's configuration that are on, with "y" (built in) or "m" (a module). The
 * text is that of /proc/config.gz or /boot/config-RELEASE: lines such as `CONFIG_VETH=m`. An option
 * that is off is a comment there.
 */
export const parseKernelConfig = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/^(CONFIG_\w+)=([ym])$/gm)].map(([, option, value]) => [option!, value!]));

/**
 * The names of the kernel's modules in a list of them. It reads three forms:
 * - modules.builtin: "kernel/net/packet/af_packet.ko"
 * - modules.dep: "kernel/net/sched/sch_netem.ko.xz: …"
 * - /proc/modules: "sch_netem 20480 0 - Live …"
 *
 * A file may have a dash where the name of the module has an underscore (modprobe(8)).
 */
export const parseModules = (text: string): Set<string> =>
  new Set(
    text.split('\n').flatMap((line) => {
      const [first = ''] = line.split(/[: ]/);
      const name = first.slice(first.lastIndexOf('/') + 1).replace(/\.ko(\.\w+)?$/, '');
      return name === '' ? [] : [name.replaceAll('-', '_')];
    }),
  );
