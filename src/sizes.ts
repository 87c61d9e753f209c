/** Bytes as `docker stats` writes memory: "12.34MiB", with four significant digits. */
export const binarySize = (bytes: number): string => scaled(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'], 4);

/** Bytes as `docker stats` writes block I/O: "1.23MB", with three significant digits. */
export const decimalSize = (bytes: number): string => scaled(bytes, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB'], 3);

function scaled(bytes: number, base: number, units: readonly string[], digits: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / Math.log2(base) + 1e-12));
  // Number drops zeros at the end: 64.00 is written as 64.
  return `${Number((bytes / base ** power).toPrecision(digits))}${units[power]}`;
}
