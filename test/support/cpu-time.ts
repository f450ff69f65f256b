/** A call's result, and this thread's CPU time for it in milliseconds, independent of other programs. */
export const cpuTimed = <T>(call: () => T): { readonly result: T; readonly cpuMs: number } => {
  const before = process.threadCpuUsage();
  const result = call();
  const { user, system } = process.threadCpuUsage(before);
  return { result, cpuMs: (user + system) / 1000 };
};
