/** Cancelling the stream leaves the generator at its next chunk. */
export const chunkStream = <T>(chunks: AsyncGenerator<T, void, undefined>): ReadableStream<T> =>
  new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => {
      await chunks.return();
    },
  });
