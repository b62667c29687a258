/**
 * Whatever umask the client had that started this process: no file of ours, of jobs or of functions may be written by
 * other users. A stricter umask stays.
 */
export function denyWritesToOthers(): void {
  const inherited = process.umask(0o077)
  process.umask(inherited | 0o022)
}
