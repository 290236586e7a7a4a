/** Time of the processor that the work takes, ms. What else a busy machine does meanwhile does not count. */
export function spentMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
