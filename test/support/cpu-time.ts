/** What a call returns, and how long this thread computed for it, in milliseconds: the same while other programs run. */
export const cpuTimed = <T>(call: () => T): { readonly result: T; readonly cpuMs: number } => {
  const before = process.threadCpuUsage();
  const result = call();
  const { user, system } = process.threadCpuUsage(before);
  return { result, cpuMs: (user + system) / 1000 };
};
