/** Aborted when this process is told to stop, or its parent has ended, even if the parent was killed. */
export const stopSignal = (): AbortSignal => {
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
  process.on("disconnect", stop);
  if (process.connected === false) stop();
  // The channel to the parent must not keep this process alive.
  process.channel?.unref();
  return stopped.signal;
};
