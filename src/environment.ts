/** Environment variables, as a process has them (environ(7)). */
export type Environment = Readonly<Record<string, string | undefined>>;
