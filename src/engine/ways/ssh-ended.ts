/** The error for an ssh that ended. The message is what it said. */
export class SshEnded extends Error {
  override readonly name = 'SshEnded';
}
