/**
 * The inode number of a namespace, from the text of a link such as /proc/PID/ns/net:
 * "net:[4026531833]" (namespaces(7)). undefined for another text.
 */
export function parseNamespace(link: string | undefined): number | undefined {
  const inode = /^\w+:\[(\d+)\]$/.exec(link ?? '')?.[1];
  return inode === undefined ? undefined : Number(inode);
}
