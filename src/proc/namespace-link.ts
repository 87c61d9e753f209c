/** "net:[4026531833]", the text of the link /proc/PID/ns/net (namespaces(7)). */
export function parseNamespace(link: string | undefined): number | undefined {
  const inode = /^\w+:\[(\d+)\]$/.exec(link ?? '')?.[1];
  return inode === undefined ? undefined : Number(inode);
}
